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
 * Labelled rows to measure on: a fixed choice from a data set, so that every run and every library sees the same ones.
 *
 * @param name how it was asked for
 * @param rows the chosen rows
 * @param task what their labels are
 */
public record Workload(String name, List<Row> rows, Task task) {
    private static final Path DATA = Path.of("../shared/data");
    private static final long SEED = 1;

    /** {@code sst2}, {@code books}, or a file of one's own. */
    public static Workload named(String name, int rows) {
        Path file = switch (name) {
            case "sst2" -> DATA.resolve("glue/SST-2/train_full.tsv");
            case "books" -> DATA.resolve("multidomain-sentiment/books/train.tsv");
            default -> Path.of(name);
        };
        if (!Files.exists(file)) {
            throw new IllegalArgumentException("no data at %s; --data takes sst2, books or a file".formatted(file));
        }
        List<Row> all = Rows.readLabelled(file, Columns.GUESS);
        List<Row> chosen = Rows.choose(all, Math.min(rows, all.size()), SEED).chosen();
        return new Workload(name, chosen, Task.guess(TrainingPlan.labels(chosen)));
    }
}
