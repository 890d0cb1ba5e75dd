package dev.graft.bench;

import dev.graft.Base;
import dev.graft.Training;
import dev.graft.TrainingPlan;
import dev.graft.adapter.Adapter;
import dev.graft.data.Row;
import dev.graft.hub.Hub;
import dev.graft.method.Method;
import dev.graft.method.Methods;
import dev.graft.model.Architecture;
import dev.graft.task.Targets;
import dev.graft.tensor.Device;
import dev.graft.tensor.Precision;
import dev.graft.train.Checkpoints;
import dev.graft.train.EpochResult;
import dev.graft.train.TrainingListener;
import dev.graft.train.TrainingSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Trains a grid of tasks, methods and seeds, and prints a table. Each method chooses its learning rate among the same number of
 * candidates on held-back training rows, with the first seed; the reported set is read once per final cell.
 */
@Command(
        name = "quality",
        description =
                "Trains a grid of tasks, methods and seeds; finished cells are kept in --out and not trained again.",
        mixinStandardHelpOptions = true)
final class QualityBench implements Callable<Integer> {
    /** The candidates, as multiples of the method's own learning rate. */
    private static final List<Double> SEARCH = List.of(0.5, 1.0, 2.0, 4.0);

    @Option(names = "--task", split = ",", defaultValue = "sst2", description = "tasks: " + QualityTask.NAMES)
    List<String> tasks = List.of();

    @Option(
            names = "--method",
            split = ";",
            defaultValue = "houlsby;head;full",
            description = "methods, NAME[:option=value,...], separated by ; (default: ${DEFAULT-VALUE})")
    List<String> methods = List.of();

    @Option(names = "--seeds", split = ",", defaultValue = "1", description = "seeds (default: ${DEFAULT-VALUE})")
    List<Long> seeds = List.of();

    @Option(names = "--epochs", defaultValue = "3", description = "epochs (default: ${DEFAULT-VALUE})")
    int epochs = 3;

    @Option(names = "--base", defaultValue = "minilm", description = "the base (default: ${DEFAULT-VALUE})")
    String base = "minilm";

    @Option(names = "--dtype", defaultValue = "fp32", description = "fp32, bf16 or auto (default: ${DEFAULT-VALUE})")
    String dtype = "fp32";

    @Option(
            names = "--out",
            defaultValue = "bench/results",
            description = "where cells are kept (default: ${DEFAULT-VALUE})")
    Path out = Path.of("bench/results");

    @Override
    public Integer call() throws IOException {
        Files.createDirectories(out);
        List<QualityCell> finals = new ArrayList<>();
        try (Base opened = Base.open(Hub.standard().resolve(base), Precision.named(dtype), Device.CPU)) {
            for (String name : tasks) {
                QualityTask task = QualityTask.named(name);
                for (String method : methods) {
                    double rate = bestRate(opened, task, method);
                    for (long seed : seeds) {
                        finals.add(cell(opened, task, method, rate, seed, true));
                    }
                }
            }
        }
        QualityTable.print(finals);
        return 0;
    }

    private double bestRate(Base opened, QualityTask task, String method) throws IOException {
        double own = Methods.parse(method).learningRate(opened.backbone().architecture());
        List<QualityCell> candidates = new ArrayList<>();
        for (double factor : SEARCH) {
            candidates.add(cell(opened, task, method, own * factor, seeds.getFirst(), false));
        }
        return candidates.stream()
                .max(Comparator.comparingDouble(QualityCell::held))
                .orElseThrow()
                .learningRate();
    }

    private QualityCell cell(Base opened, QualityTask task, String method, double rate, long seed, boolean reports)
            throws IOException {
        Path file = out.resolve(QualityCell.fileName(
                task.name(), "%s-%s-%depochs".formatted(base, dtype, epochs), method, rate, seed, reports));
        Optional<QualityCell> finished = QualityCell.read(file);
        if (finished.isPresent()) {
            return finished.get();
        }
        QualityCell cell = train(opened, task, method, rate, seed, reports);
        cell.write(file);
        System.err.println(cell);
        return cell;
    }

    private QualityCell train(Base opened, QualityTask task, String name, double rate, long seed, boolean reports)
            throws IOException {
        Method method = Methods.parse(name);
        TrainingPlan plan = TrainingPlan.of(task.train(), task.held(), task.task())
                .withMethod(method)
                .withSettings(TrainingSettings.DEFAULT
                        .withEpochs(epochs)
                        .withLearningRate(rate)
                        .withSeed(seed));
        Path scratch = out.resolve("running");
        long start = System.nanoTime();
        try (Training training = opened.prepare(plan)) {
            Training.Outcome outcome = training.run(TrainingListener.SILENT, scratch);
            double seconds = (System.nanoTime() - start) / 1e9;
            new Checkpoints(Training.checkpointsOf(scratch), "").delete();
            try (Adapter adapter = outcome.adapter()) {
                EpochResult best =
                        outcome.result().epochs().get(outcome.result().best() - 1);
                Architecture architecture = opened.backbone().architecture();
                long parameters = method.parameters(architecture);
                return new QualityCell(
                        task.name(),
                        name,
                        rate,
                        seed,
                        best.dev().value(),
                        best.epoch(),
                        reports ? score(opened, adapter, task.reported()) : Double.NaN,
                        parameters,
                        (double) parameters / architecture.elements(),
                        seconds);
            }
        }
    }

    private static double score(Base opened, Adapter adapter, List<Row> rows) {
        Targets targets = Targets.of(
                adapter.task(),
                TrainingPlan.labels(rows),
                i -> "line " + rows.get(i).line());
        return targets.score(opened.outputs(adapter, rows)).value();
    }
}
