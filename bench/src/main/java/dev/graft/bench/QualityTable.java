package dev.graft.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The table of a quality grid, in Markdown: one line per task and method, over its seeds. */
final class QualityTable {
    private QualityTable() {}

    static void print(List<QualityCell> cells) {
        Map<String, List<QualityCell>> lines = new LinkedHashMap<>();
        cells.forEach(cell -> lines.computeIfAbsent(cell.task() + " " + cell.method(), key -> new ArrayList<>())
                .add(cell));
        System.out.println("| task | method | lr | seeds | reported, mean | deviation | trained | share | seconds |");
        System.out.println("|---|---|---|---|---|---|---|---|---|");
        lines.values().forEach(QualityTable::line);
    }

    private static void line(List<QualityCell> cells) {
        double mean =
                cells.stream().mapToDouble(QualityCell::reported).average().orElse(Double.NaN);
        double variance = cells.stream()
                        .mapToDouble(cell -> (cell.reported() - mean) * (cell.reported() - mean))
                        .sum()
                / Math.max(1, cells.size() - 1);
        QualityCell first = cells.getFirst();
        System.out.printf(
                Locale.ROOT,
                "| %s | %s | %.1e | %d | %.2f | %s | %,d | %.2f %% | %.0f |%n",
                first.task(),
                first.method(),
                first.learningRate(),
                cells.size(),
                100 * mean,
                cells.size() < 2 ? "–" : String.format(Locale.ROOT, "%.2f", 100 * Math.sqrt(variance)),
                first.parameters(),
                100 * first.share(),
                cells.stream().mapToDouble(QualityCell::seconds).average().orElse(0));
    }
}
