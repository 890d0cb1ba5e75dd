package dev.graft.bench;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** The tables of a quality grid, in Markdown. Scores are in percent, the Matthews correlation too. */
final class QualityTable {
    private QualityTable() {}

    /** One line per task and method, over its seeds. */
    static void print(List<QualityCell> cells) {
        Map<String, List<QualityCell>> lines = new LinkedHashMap<>();
        cells.forEach(cell -> lines.computeIfAbsent(
                        cell.task() + " " + cell.method() + " " + cell.dropout(), key -> new ArrayList<>())
                .add(cell));
        System.out.println(
                "| task | method | base dropout | lr | held-back, mean | reported, mean | deviation | seeds | trained"
                        + " | share | seconds |");
        System.out.println("|---|---|---|---|---|---|---|---|---|---|---|");
        lines.values().forEach(QualityTable::line);
    }

    private static void line(List<QualityCell> cells) {
        QualityCell first = cells.getFirst();
        double reported = mean(cells, QualityCell::reported);
        double variance =
                mean(cells, cell -> Math.pow(cell.reported() - reported, 2)) * cells.size() / (cells.size() - 1.0);
        System.out.printf(
                Locale.ROOT,
                "| %s | `%s` | %s | %.1e | %.2f | %.2f | %s | %d | %,d | %.2f %% | %.0f |%n",
                first.task(),
                first.method(),
                first.dropout(),
                first.learningRate(),
                100 * mean(cells, QualityCell::held),
                100 * reported,
                number(100 * Math.sqrt(variance)),
                cells.size(),
                first.parameters(),
                100 * first.share(),
                mean(cells, QualityCell::seconds));
    }

    /** One line per search: the score of each candidate on the held-back rows, the chosen one in bold. */
    static void printSearches(Collection<QualitySearch> searches) {
        System.out.println("| task | method | base dropout | held-back score by learning rate | chosen |");
        System.out.println("|---|---|---|---|---|");
        for (QualitySearch search : searches) {
            QualityCell best = search.best();
            String scores = search.candidates().stream()
                    .map(cell -> String.format(
                            Locale.ROOT,
                            cell == best ? "**%.1e: %.2f**" : "%.1e: %.2f",
                            cell.learningRate(),
                            100 * cell.held()))
                    .collect(Collectors.joining(", "));
            System.out.printf(
                    Locale.ROOT,
                    "| %s | `%s` | %s | %s | %.1e |%n",
                    best.task(),
                    best.method(),
                    best.dropout(),
                    scores,
                    best.learningRate());
        }
    }

    private static String number(double value) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, "%.2f", value) : "–";
    }

    private static double mean(List<QualityCell> cells, ToDoubleFunction<QualityCell> value) {
        return cells.stream().mapToDouble(value).average().orElse(Double.NaN);
    }
}
