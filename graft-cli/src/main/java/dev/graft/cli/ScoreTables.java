package dev.graft.cli;

import dev.graft.task.ConfusionMatrix;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/** A confusion matrix as tables of text, in lines without line ends. */
final class ScoreTables {
    private static final int LONGEST_LABEL = 32;

    private ScoreTables() {}

    /** Precision, recall, F1 and rows of each class, and their means. */
    static List<String> classes(ConfusionMatrix matrix) {
        int width = Math.max(labelWidth(matrix), "weighted mean".length());
        List<String> lines = new ArrayList<>();
        lines.add("%s  precision  recall     F1    rows".formatted(padded("", width)));
        for (int i = 0; i < matrix.labels().size(); i++) {
            lines.add(scores(
                    padded(shown(matrix.labels().get(i)), width),
                    matrix.precision(i),
                    matrix.recall(i),
                    matrix.f1(i),
                    matrix.support(i)));
        }
        lines.add(means(padded("macro mean", width), matrix, matrix::macro));
        lines.add(means(padded("weighted mean", width), matrix, matrix::weighted));
        return lines;
    }

    /**
     * Rows are the true classes, columns the predicted ones, in the same order.
     *
     * @param width how many characters a line may have
     * @return empty if a line would be longer
     */
    static Optional<List<String>> confusion(ConfusionMatrix matrix, int width) {
        int labelWidth = Math.max(labelWidth(matrix), "true \\ predicted".length());
        int classes = matrix.labels().size();
        int[] cells = IntStream.range(0, classes)
                .map(i -> Math.max(
                        shown(matrix.labels().get(i)).length(),
                        String.valueOf(matrix.predictions(i)).length()))
                .toArray();
        if (labelWidth + IntStream.of(cells).map(cell -> cell + 2).sum() > width) {
            return Optional.empty();
        }
        List<String> lines = new ArrayList<>();
        StringBuilder header = new StringBuilder(padded("true \\ predicted", labelWidth));
        for (int i = 0; i < classes; i++) {
            header.append(right(shown(matrix.labels().get(i)), cells[i] + 2));
        }
        lines.add(header.toString());
        for (int truth = 0; truth < classes; truth++) {
            StringBuilder line = new StringBuilder(padded(shown(matrix.labels().get(truth)), labelWidth));
            for (int i = 0; i < classes; i++) {
                line.append(right(String.valueOf(matrix.count(truth, i)), cells[i] + 2));
            }
            lines.add(line.toString());
        }
        return Optional.of(lines);
    }

    /** A mean over the classes of one of their scores. */
    private interface Mean {
        double of(IntToDoubleFunction score);
    }

    private static String means(String name, ConfusionMatrix matrix, Mean mean) {
        return scores(name, mean.of(matrix::precision), mean.of(matrix::recall), mean.of(matrix::f1), matrix.total());
    }

    private static String scores(String name, double precision, double recall, double f1, long rows) {
        return String.format(Locale.ROOT, "%s  %9.3f  %6.3f  %5.3f  %6d", name, precision, recall, f1, rows);
    }

    private static int labelWidth(ConfusionMatrix matrix) {
        return matrix.labels().stream()
                .mapToInt(label -> shown(label).length())
                .max()
                .orElse(0);
    }

    private static String shown(String label) {
        return label.codePointCount(0, label.length()) <= LONGEST_LABEL
                ? label
                : label.substring(0, label.offsetByCodePoints(0, LONGEST_LABEL - 3)) + "...";
    }

    private static String padded(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }

    private static String right(String text, int width) {
        return " ".repeat(Math.max(0, width - text.length())) + text;
    }
}
