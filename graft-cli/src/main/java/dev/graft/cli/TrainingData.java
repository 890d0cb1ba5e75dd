package dev.graft.cli;

import dev.graft.TrainingPlan;
import dev.graft.data.Layout;
import dev.graft.data.Row;
import dev.graft.data.Rows;
import dev.graft.task.Regression;
import dev.graft.task.Task;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The rows to learn from, the rows to judge by, and the task in them. */
final class TrainingData {
    private static final int MOST_LABELS_SHOWN = 20;

    @Option(
            names = "--data",
            required = true,
            paramLabel = "FILE",
            description = "Labelled rows: CSV, TSV or JSONL with a column for the text and one for the label.")
    private Path data;

    @Option(
            names = "--dev",
            paramLabel = "FILE",
            description = "Rows that choose the best epoch (a tenth of the data is set aside, chosen by hash).")
    private @Nullable Path dev;

    @Option(
            names = "--task",
            paramLabel = "NAME",
            converter = TaskName.class,
            description = "classification, regression or multi-label (guessed from the labels).")
    private @Nullable String task;

    @Mixin
    private ColumnOptions columns;

    @SuppressWarnings("NullAway.Init") // picocli fills in the options
    TrainingData() {}

    /** A place for the adapter that is named after the data. */
    Path usualPlace() {
        String name = data.getFileName().toString();
        int dot = name.lastIndexOf('.');
        return Path.of("adapters", dot > 0 ? name.substring(0, dot) : name);
    }

    /**
     * Reads the rows.
     *
     * @param known what their labels are; null to guess it, where --task does not say it
     * @throws dev.graft.data.DataException for files that cannot be used
     * @throws dev.graft.task.LabelException for labels that make no task
     */
    TrainingPlan read(@Nullable Task known) {
        List<Row> rows = Rows.readLabelled(data, columns.columns());
        List<String> labels = TrainingPlan.labels(rows);
        Task chosen = known != null ? known : task == null ? Task.guess(labels) : Task.named(task, labels);
        return dev == null
                ? TrainingPlan.of(rows, chosen)
                : TrainingPlan.of(rows, Rows.readLabelled(dev, columns.columns()), chosen);
    }

    /** What was guessed, for a person to check. */
    List<String> describe(TrainingPlan plan) {
        Layout layout = columns.layout(data);
        List<String> lines = new ArrayList<>();
        lines.add("Data    %s: %s".formatted(data, layout.describe()));
        lines.add("Rows    %s to learn from, %s to judge by (%s)"
                .formatted(
                        Table.count(plan.train().size()),
                        Table.count(plan.dev().size()),
                        dev == null ? "set aside by hash" : dev));
        lines.add("Task    " + plan.task().name() + describeLabels(plan));
        return lines;
    }

    private static String describeLabels(TrainingPlan plan) {
        if (plan.task() instanceof Regression) {
            return "";
        }
        List<String> labels = plan.task().labels();
        if (labels.size() > MOST_LABELS_SHOWN) {
            return " of %d labels".formatted(labels.size());
        }
        Map<String, Integer> counts = new LinkedHashMap<>();
        Map<String, Integer> found = new TreeMap<>();
        plan.train().forEach(row -> found.merge(String.valueOf(row.label()), 1, Integer::sum));
        labels.forEach(label -> counts.put(label, found.getOrDefault(label, 0)));
        boolean counted = counts.values().stream().mapToInt(Integer::intValue).sum()
                == plan.train().size();
        List<String> shown = new ArrayList<>();
        counts.forEach((label, count) -> shown.add(counted ? label + " " + count : label));
        return ": " + String.join(", ", shown);
    }
}
