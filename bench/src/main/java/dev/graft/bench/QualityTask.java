package dev.graft.bench;

import dev.graft.TrainingPlan;
import dev.graft.data.Columns;
import dev.graft.data.Row;
import dev.graft.data.Rows;
import dev.graft.task.Metrics;
import dev.graft.task.Task;
import dev.graft.train.TrainingSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * A data set in three parts that share no row: rows to learn from, other training rows that choose epoch and learning rate,
 * and the reported set, which is read once, at the end.
 *
 * @param name its name on the command line
 * @param train chosen from the training file by hash
 * @param held chosen from the rest of the training file by hash
 * @param reported reads the set that is reported
 * @param task what the labels are
 * @param metric the score that is reported
 * @param epochs how long to train where nothing else is asked for
 */
record QualityTask(
        String name,
        List<Row> train,
        List<Row> held,
        Supplier<List<Row>> reported,
        Task task,
        String metric,
        int epochs) {
    static final String NAMES =
            "sst2, sst2-2000, sst2-500, sst2-100, banking77, banking77-10shot, cola, trec, trec-500, trec-100";

    private static final Path DATA = Path.of("../shared/data");
    private static final long SEED = 1;
    private static final int MOST_HELD = 1000;
    private static final int SHOTS = 10;
    private static final int FEW = 100;

    private static final Function<Path, List<Row>> NAMED = file -> Rows.readLabelled(file, Columns.GUESS);
    private static final Function<Path, List<Row>> COLA = file -> Rows.readLabelled(file, new Columns("4", null, "2"));
    private static final Function<Path, List<Row>> TREC = QualityTask::readTrec;

    static QualityTask named(String name) {
        return switch (name) {
            case "sst2" -> sst2(name, 6000, 3);
            case "sst2-2000" -> sst2(name, 2000, 5);
            case "sst2-500" -> sst2(name, 500, 20);
            case "sst2-100" -> sst2(name, 100, 40);
            case "banking77" -> banking77(name, some(9003), 5);
            case "banking77-10shot" -> banking77(name, shots(), 20);
            case "cola" ->
                of(
                        name,
                        "glue/CoLA/in_domain_train.tsv",
                        "glue/CoLA/in_domain_dev.tsv",
                        COLA,
                        some(7551),
                        Metrics.MATTHEWS,
                        5);
            case "trec" -> trec(name, 4452, 5);
            case "trec-500" -> trec(name, 500, 20);
            case "trec-100" -> trec(name, 100, 40);
            default -> throw new IllegalArgumentException("task must be one of %s: %s".formatted(NAMES, name));
        };
    }

    /** Epochs without a better one before training stops: more where an epoch is a few steps, as UniPELT's authors have it. */
    int patience() {
        return train.size() <= FEW ? 10 : TrainingSettings.DEFAULT.patience();
    }

    private static QualityTask sst2(String name, int rows, int epochs) {
        return of(name, "glue/SST-2/train_full.tsv", "glue/SST-2/dev.tsv", NAMED, some(rows), Metrics.ACCURACY, epochs);
    }

    private static QualityTask banking77(String name, Function<List<Row>, Rows.Choice> choosing, int epochs) {
        return of(name, "banking77/train.csv", "banking77/test.csv", NAMED, choosing, Metrics.ACCURACY, epochs);
    }

    private static QualityTask trec(String name, int rows, int epochs) {
        return of(
                name,
                "sent-conv/TREC.train.all",
                "sent-conv/TREC.test.all",
                TREC,
                some(rows),
                Metrics.ACCURACY,
                epochs);
    }

    private static QualityTask of(
            String name,
            String train,
            String reported,
            Function<Path, List<Row>> reading,
            Function<List<Row>, Rows.Choice> choosing,
            String metric,
            int epochs) {
        Path file = DATA.resolve(train);
        if (!Files.exists(file)) {
            throw new IllegalArgumentException("the data of %s is not at %s".formatted(name, file));
        }
        List<Row> all = reading.apply(file);
        Rows.Choice learned = choosing.apply(all);
        int held = Math.min(MOST_HELD, learned.chosen().size()); // who has few rows has no more to choose the epoch by
        return new QualityTask(
                name,
                learned.chosen(),
                Rows.choose(learned.rest(), held, SEED).chosen(),
                () -> reading.apply(DATA.resolve(reported)),
                Task.guess(TrainingPlan.labels(all)),
                metric,
                epochs);
    }

    private static Function<List<Row>, Rows.Choice> some(int count) {
        return rows -> Rows.choose(rows, count, SEED);
    }

    /** Ten rows of each class. */
    private static Function<List<Row>, Rows.Choice> shots() {
        return rows -> {
            Map<String, List<Row>> classes = rows.stream()
                    .collect(Collectors.groupingBy(
                            row -> String.valueOf(row.label()), TreeMap::new, Collectors.toList()));
            List<Row> chosen = new ArrayList<>();
            List<Row> rest = new ArrayList<>();
            for (List<Row> ofClass : classes.values()) {
                Rows.Choice choice = Rows.choose(ofClass, SHOTS, SEED);
                chosen.addAll(choice.chosen());
                rest.addAll(choice.rest());
            }
            return new Rows.Choice(sorted(chosen), sorted(rest));
        };
    }

    private static List<Row> sorted(List<Row> rows) {
        return rows.stream().sorted(Comparator.comparingLong(Row::line)).toList();
    }

    /** Lines of latin-1 such as {@code 5 How far is it from Denver to Aspen ?}. */
    private static List<Row> readTrec(Path file) {
        try {
            List<String> lines = Files.readAllLines(file, StandardCharsets.ISO_8859_1);
            List<Row> rows = new ArrayList<>();
            for (String line : lines) {
                int space = line.indexOf(' ');
                rows.add(new Row(rows.size() + 1, line.substring(space + 1), null, line.substring(0, space)));
            }
            return rows;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
