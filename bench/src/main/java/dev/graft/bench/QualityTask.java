package dev.graft.bench;

import dev.graft.TrainingPlan;
import dev.graft.data.Columns;
import dev.graft.data.Row;
import dev.graft.data.Rows;
import dev.graft.task.Task;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A data set in three parts that share no row: rows to learn from, other training rows that choose epoch and learning rate,
 * and the reported set, which is read once, at the end.
 *
 * @param name its name on the command line
 * @param train chosen from the training file by hash
 * @param held chosen from the rest of the training file by hash
 * @param reportedFile the set that is reported
 * @param task what the labels are
 */
record QualityTask(String name, List<Row> train, List<Row> held, Path reportedFile, Task task) {
    static final String NAMES = "sst2, banking77";

    private static final Path DATA = Path.of("../shared/data");
    private static final long SEED = 1;
    private static final int HELD = 1000;

    static QualityTask named(String name) {
        return switch (name) {
            case "sst2" -> of(name, "glue/SST-2/train_full.tsv", "glue/SST-2/dev.tsv", 6000);
            case "banking77" -> of(name, "banking77/train.csv", "banking77/test.csv", 9003);
            default -> throw new IllegalArgumentException("task must be one of %s: %s".formatted(NAMES, name));
        };
    }

    private static QualityTask of(String name, String train, String reported, int rows) {
        Path file = DATA.resolve(train);
        if (!Files.exists(file)) {
            throw new IllegalArgumentException("the data of %s is not at %s".formatted(name, file));
        }
        List<Row> all = Rows.readLabelled(file, Columns.GUESS);
        Rows.Choice first = Rows.choose(all, rows, SEED);
        Rows.Choice second = Rows.choose(first.rest(), HELD, SEED);
        return new QualityTask(
                name, first.chosen(), second.chosen(), DATA.resolve(reported), Task.guess(TrainingPlan.labels(all)));
    }

    List<Row> reported() {
        return Rows.readLabelled(reportedFile, Columns.GUESS);
    }
}
