package dev.graft.bench;

import dev.graft.Base;
import dev.graft.Training;
import dev.graft.TrainingPlan;
import dev.graft.hub.Hub;
import dev.graft.method.Methods;
import dev.graft.tensor.Device;
import dev.graft.tensor.Precision;
import dev.graft.train.EpochResult;
import dev.graft.train.TrainingListener;
import dev.graft.train.TrainingSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures training: examples and tokens a second, of the real training loop. */
@Command(name = "train", description = "Measures the training loop.", mixinStandardHelpOptions = true)
final class TrainBench implements Callable<Integer> {
    @Option(names = "--data", defaultValue = "sst2", description = "sst2, books or a file (default: ${DEFAULT-VALUE})")
    String data = "sst2";

    @Option(names = "--base", defaultValue = "minilm", description = "the base (default: ${DEFAULT-VALUE})")
    String base = "minilm";

    @Option(names = "--method", defaultValue = "houlsby", description = "NAME[:option=value,...] (default: houlsby)")
    String method = "houlsby";

    @Option(names = "--dtype", defaultValue = "auto", description = "fp32, bf16 or auto (default: auto)")
    String dtype = "auto";

    @Option(names = "--rows", defaultValue = "1920", description = "rows of one round (default: ${DEFAULT-VALUE})")
    int rows = 1920;

    @Option(names = "--rounds", defaultValue = "3", description = "measured rounds (default: ${DEFAULT-VALUE})")
    int rounds = 3;

    @Override
    public Integer call() throws IOException {
        Workload workload = Workload.named(data, rows);
        Precision precision = Precision.named(dtype);
        Path scratch = Files.createTempDirectory("graft-bench");
        try (Base opened = Base.open(Hub.standard().resolve(base), precision, Device.CPU)) {
            System.out.printf(
                    "matrix products: %.0f GFLOP/s%n",
                    MatrixPeak.measure(opened.backbone().dtype(), Device.CPU));
            TrainingPlan plan = TrainingPlan.of(workload.rows(), workload.rows().subList(0, 2), workload.task())
                    .withMethod(Methods.parse(method))
                    .withSettings(TrainingSettings.DEFAULT.withEpochs(rounds + 1));
            Clock clock = new Clock();
            try (Training training = opened.prepare(plan)) {
                training.run(clock, scratch.resolve("adapter")).adapter().close();
            }
            System.out.println(clock.rates);
        }
        return 0;
    }

    /** Examples a second of each epoch, judging left out. */
    private static final class Clock implements TrainingListener {
        final List<Double> rates = new ArrayList<>();
        private long start;
        private long last;
        private long rows;

        @Override
        public void epochStarted(int epoch, int batchesDone, int batches) {
            start = System.nanoTime();
            rows = 0;
        }

        @Override
        public void batchDone(int batchRows, double loss) {
            rows += batchRows;
            last = System.nanoTime();
        }

        @Override
        public void epochDone(EpochResult result, boolean best) {
            rates.add(rows * 1e9 / (last - start));
        }
    }
}
