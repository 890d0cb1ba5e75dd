package dev.graft.task;

import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;

/**
 * How often each class was taken for each, and the scores that follow from it. Immutable.
 *
 * <p>No score is ever NaN: a quotient whose denominator is zero is 0. So a class that is never predicted has precision
 * 0, a class without rows has recall 0, and the Matthews correlation of a constant prediction is 0. Macro means go over
 * the classes that occur among truth or predictions, as scikit-learn's do by default.
 */
public final class ConfusionMatrix {
    private final List<String> labels;
    private final long[][] counts;

    private ConfusionMatrix(List<String> labels, long[][] counts) {
        this.labels = labels;
        this.counts = counts;
    }

    /**
     * Counts.
     *
     * @param labels the classes
     * @param truth each row's class, from 0
     * @param predicted each row's predicted class, from 0, in the same order
     */
    public static ConfusionMatrix of(List<String> labels, int[] truth, int[] predicted) {
        Samples.check(truth.length, predicted.length);
        long[][] counts = new long[labels.size()][labels.size()];
        for (int i = 0; i < truth.length; i++) {
            counts[truth[i]][predicted[i]]++;
        }
        return new ConfusionMatrix(List.copyOf(labels), counts);
    }

    public List<String> labels() {
        return labels;
    }

    /** How many rows of one class were predicted as another, or the same. */
    public long count(int truth, int predicted) {
        return counts[truth][predicted];
    }

    /** How many rows the class has. */
    public long support(int label) {
        return sum(other -> counts[label][other]);
    }

    /** How many rows were predicted as the class. */
    public long predictions(int label) {
        return sum(other -> counts[other][label]);
    }

    /** All rows. */
    public long total() {
        return sum(this::support);
    }

    /** Of the rows predicted as the class, the share that is. */
    public double precision(int label) {
        return Samples.quotient(counts[label][label], predictions(label));
    }

    /** Of the class's rows, the share that was predicted so. */
    public double recall(int label) {
        return Samples.quotient(counts[label][label], support(label));
    }

    /** The harmonic mean of precision and recall. */
    public double f1(int label) {
        return Samples.quotient(2 * counts[label][label], support(label) + predictions(label));
    }

    /** The share of rows predicted right. */
    public double accuracy() {
        return Samples.quotient(sum(label -> counts[label][label]), total());
    }

    /** The mean of a class's score, like {@code matrix.macro(matrix::f1)}, over the classes that occur. */
    public double macro(IntToDoubleFunction score) {
        return indices()
                .filter(label -> support(label) + predictions(label) > 0)
                .mapToDouble(score)
                .average()
                .orElse(0);
    }

    /** The mean of a class's score, like {@code matrix.weighted(matrix::f1)}, weighted by the classes' rows. */
    public double weighted(IntToDoubleFunction score) {
        double sum = indices()
                .mapToDouble(label -> score.applyAsDouble(label) * support(label))
                .sum();
        return Samples.quotient(sum, (double) total());
    }

    /**
     * The Matthews correlation coefficient, for any number of classes: R_K of Gorodkin, "Comparing two K-category
     * assignments by a K-category correlation coefficient" (2004).
     */
    public double matthews() {
        double rows = total();
        double right = sum(label -> counts[label][label]);
        double both =
                indices().mapToDouble(k -> (double) support(k) * predictions(k)).sum();
        double truths =
                indices().mapToDouble(k -> (double) support(k) * support(k)).sum();
        double guesses = indices()
                .mapToDouble(k -> (double) predictions(k) * predictions(k))
                .sum();
        double scale = Math.sqrt(rows * rows - guesses) * Math.sqrt(rows * rows - truths);
        return Samples.quotient(right * rows - both, scale);
    }

    private IntStream indices() {
        return IntStream.range(0, labels.size());
    }

    private long sum(IntToLongFunction value) {
        return indices().mapToLong(value).sum();
    }
}
