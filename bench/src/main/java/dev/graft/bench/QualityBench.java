package dev.graft.bench;

import dev.graft.Base;
import dev.graft.hub.BaseFiles;
import dev.graft.hub.Hub;
import dev.graft.method.Method;
import dev.graft.tensor.Device;
import dev.graft.tensor.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Trains a grid of tasks, methods and seeds, and prints tables. Each method chooses its learning rate among the same number of
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
            description =
                    "methods, NAME[:option=value,...], separated by ; (default: ${DEFAULT-VALUE}); all is every method"
                            + " as it is, " + TransformersTraining.METHOD + " full fine-tuning by plain transformers")
    List<String> methods = List.of();

    @Option(
            names = "--dropout",
            split = ",",
            defaultValue = "0",
            description =
                    "shares that the base drops in training; transformers' own is 0.1 (default: ${DEFAULT-VALUE})")
    List<Double> dropouts = List.of();

    @Option(names = "--seeds", split = ",", defaultValue = "1", description = "seeds (default: ${DEFAULT-VALUE})")
    List<Long> seeds = List.of();

    @Option(names = "--epochs", description = "epochs (default: the task's own)")
    @Nullable Integer epochs;

    @Option(names = "--rates-from", description = "a task that chooses the learning rates (default: each its own)")
    @Nullable String ratesFrom;

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
        Set<QualitySearch> searches = new LinkedHashSet<>();
        List<QualityCell> finals = new ArrayList<>();
        BaseFiles files = Hub.standard().resolve(base);
        try (Base opened = Base.open(files, Precision.named(dtype), Device.CPU)) {
            GraftTraining graft = new GraftTraining(opened, setting(), out.resolve("running"));
            TransformersTraining transformers = new TransformersTraining(opened, files);
            for (String name : tasks) {
                QualityTask task = QualityTask.named(name);
                QualityTask chooser = ratesFrom == null ? task : QualityTask.named(ratesFrom);
                for (String method : methods()) {
                    QualityTraining training = method.equals(TransformersTraining.METHOD) ? transformers : graft;
                    for (double dropout : dropouts) {
                        QualitySearch search = search(training, chooser, method, dropout);
                        searches.add(search);
                        for (long seed : seeds) {
                            double rate = search.best().learningRate();
                            finals.add(cell(training, key(task, method, dropout, rate, seed, true)));
                        }
                    }
                }
            }
        }
        QualityTable.printSearches(searches);
        System.out.println();
        QualityTable.print(finals);
        return 0;
    }

    private List<String> methods() {
        return methods.equals(List.of("all"))
                ? StepsBench.all().stream().map(Method::name).toList()
                : methods;
    }

    private QualitySearch search(QualityTraining training, QualityTask task, String method, double dropout)
            throws IOException {
        double own = training.learningRate(method);
        List<QualityCell> candidates = new ArrayList<>();
        for (double factor : SEARCH) {
            candidates.add(cell(training, key(task, method, dropout, own * factor, seeds.getFirst(), false)));
        }
        return new QualitySearch(candidates);
    }

    private QualityCell.Key key(
            QualityTask task, String method, double dropout, double rate, long seed, boolean reports) {
        return new QualityCell.Key(task, method, dropout, rate, seed, epochs == null ? task.epochs() : epochs, reports);
    }

    /** Base and type, for the names of files. */
    private String setting() {
        return "%s-%s".formatted(base, dtype);
    }

    private QualityCell cell(QualityTraining training, QualityCell.Key key) throws IOException {
        Path file = out.resolve(key.fileName(setting()));
        Optional<QualityCell> finished = QualityCell.read(file);
        if (finished.isPresent()) {
            return finished.get();
        }
        QualityCell cell = training.train(key);
        cell.write(file);
        System.err.println(cell);
        return cell;
    }
}
