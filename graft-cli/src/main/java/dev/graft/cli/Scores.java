package dev.graft.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.graft.Base;
import dev.graft.TrainingPlan;
import dev.graft.adapter.Adapter;
import dev.graft.data.Row;
import dev.graft.task.Classification;
import dev.graft.task.ConfusionMatrix;
import dev.graft.task.Metrics;
import dev.graft.task.Outputs;
import dev.graft.task.Targets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How well an adapter does on labelled rows.
 *
 * @param confusion which classes were taken for which; null unless the task is a classification
 */
record Scores(int rows, Metrics metrics, @Nullable ConfusionMatrix confusion) {
    /**
     * Judges an adapter.
     *
     * @param source what to call the rows' file in messages
     */
    static Scores of(Base base, Adapter adapter, List<Row> rows, String source) {
        Targets targets = Targets.of(
                adapter.task(),
                TrainingPlan.labels(rows),
                i -> source + ", line " + rows.get(i).line());
        double[][] outputs = base.outputs(adapter, rows);
        return new Scores(
                rows.size(),
                targets.score(outputs),
                adapter.task() instanceof Classification ? Outputs.confusion(targets, outputs) : null);
    }

    /** All metrics in one line. */
    static String line(Metrics metrics) {
        return metrics.values().entrySet().stream()
                .map(metric -> String.format(Locale.ROOT, "%s %.4f", metric.getKey(), metric.getValue()))
                .collect(Collectors.joining("  "));
    }

    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(line(metrics));
        if (confusion != null) {
            lines.add("");
            lines.addAll(ScoreTables.classes(confusion));
            ScoreTables.confusion(confusion, Console.width()).ifPresent(table -> {
                lines.add("");
                lines.addAll(table);
            });
        }
        return lines;
    }

    void addTo(ObjectNode json) {
        json.put("rows", rows);
        metrics.values().forEach(json.putObject("metrics")::put);
        if (confusion == null) {
            return;
        }
        ArrayNode classes = json.putArray("classes");
        ArrayNode matrix = json.putArray("confusion");
        for (int i = 0; i < confusion.labels().size(); i++) {
            classes.addObject()
                    .put("label", confusion.labels().get(i))
                    .put("precision", confusion.precision(i))
                    .put("recall", confusion.recall(i))
                    .put("f1", confusion.f1(i))
                    .put("rows", confusion.support(i));
            ArrayNode row = matrix.addArray();
            for (int j = 0; j < confusion.labels().size(); j++) {
                row.add(confusion.count(i, j));
            }
        }
    }
}
