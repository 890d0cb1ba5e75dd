package dev.graft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.graft.adapter.Adapter;
import dev.graft.data.Row;
import dev.graft.method.Methods;
import dev.graft.task.Task;
import dev.graft.tensor.Device;
import dev.graft.tensor.Precision;
import dev.graft.testing.TinyBase;
import dev.graft.train.TrainingListener;
import dev.graft.train.TrainingSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several adapters on one base in one process, used by several threads at once. */
class SharedBaseTest {
    private static final List<Row> ROWS = List.of(
            new Row(1, "the film was good", null, "yes"),
            new Row(2, "the film was bad and not nice", null, "no"),
            new Row(3, "great plot , great actor !", null, "yes"),
            new Row(4, "awful", null, "no"));

    @TempDir
    Path directory;

    private Base open() throws IOException {
        return Base.open(TinyBase.write(directory.resolve("base"), 3), Precision.FP32, Device.CPU);
    }

    private Adapter train(Base base, String method) {
        TrainingPlan plan = TrainingPlan.of(ROWS, ROWS, Task.guess(List.of("yes", "no")))
                .withMethod(Methods.parse(method))
                .withSettings(TrainingSettings.DEFAULT.withEpochs(2).withLearningRate(1e-2));
        Path out = directory.resolve(method);
        try (Training training = base.prepare(plan);
                Training.Outcome outcome = training.run(TrainingListener.SILENT, out)) {
            outcome.save();
        }
        return base.load(out);
    }

    @Test
    void adaptersDoNotDisturbEachOtherWhateverTheThread() throws Exception {
        try (Base base = open();
                Adapter houlsby = train(base, "houlsby");
                Adapter lora = train(base, "lora");
                Adapter prompt = train(base, "prompt:length=2");
                ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Adapter> adapters = List.of(houlsby, lora, prompt);
            List<double[][]> alone = adapters.stream()
                    .map(adapter -> base.outputs(adapter, ROWS))
                    .toList();
            List<Callable<double[][]>> calls = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                Adapter adapter = adapters.get(i % 3);
                calls.add(() -> base.outputs(adapter, ROWS));
            }
            List<Future<double[][]>> together = threads.invokeAll(calls);
            for (int i = 0; i < calls.size(); i++) {
                assertThat(together.get(i).get()).isDeepEqualTo(alone.get(i % 3));
            }
        }
    }

    @Test
    void twoTrainingsOnOneBaseAtOnceEndAsEachWouldAlone() throws Exception {
        try (Base base = open();
                ExecutorService threads = Executors.newFixedThreadPool(2)) {
            double[][] houlsby = outputsAfterTraining(base, "houlsby");
            double[][] full = outputsAfterTraining(base, "full");
            List<Future<double[][]>> together = threads.invokeAll(List.of(
                    () -> outputsAfterTraining(base, "houlsby:sigma=0.01"), () -> outputsAfterTraining(base, "full")));
            assertThat(together.get(0).get()).isDeepEqualTo(houlsby);
            assertThat(together.get(1).get()).isDeepEqualTo(full);
        }
    }

    private double[][] outputsAfterTraining(Base base, String method) {
        try (Adapter adapter = train(base, method)) {
            return base.outputs(adapter, ROWS);
        }
    }
}
