package dev.graft.task;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The scores of one evaluation.
 *
 * @param values the scores by name, in the order to print them
 * @param primary the name of the one by which the best epoch is chosen
 */
public record Metrics(Map<String, Double> values, String primary) {
    public static final String ACCURACY = "accuracy";
    public static final String MACRO_F1 = "macro-f1";
    public static final String WEIGHTED_F1 = "weighted-f1";
    public static final String MATTHEWS = "matthews";
    public static final String MICRO_F1 = "micro-f1";
    public static final String SUBSET_ACCURACY = "subset-accuracy";
    /** The mean of {@link #PEARSON} and {@link #SPEARMAN}, as GLUE reports STS-B. */
    public static final String CORRELATION = "correlation";

    public static final String PEARSON = "pearson";
    public static final String SPEARMAN = "spearman";
    public static final String MSE = "mse";
    public static final String MAE = "mae";

    private static final Set<String> LOWER_IS_BETTER = Set.of(MSE, MAE);

    public Metrics {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
        if (!values.containsKey(primary)) {
            throw new IllegalArgumentException("there is no metric \"" + primary + "\", only " + values.keySet());
        }
    }

    /** Accuracy (primary), macro F1, weighted F1, Matthews correlation. */
    public static Metrics classification(ConfusionMatrix matrix) {
        Map<String, Double> values = new LinkedHashMap<>();
        values.put(ACCURACY, matrix.accuracy());
        values.put(MACRO_F1, matrix.macro(matrix::f1));
        values.put(WEIGHTED_F1, matrix.weighted(matrix::f1));
        values.put(MATTHEWS, matrix.matthews());
        return new Metrics(values, ACCURACY);
    }

    /**
     * Micro F1 (primary), macro F1, subset accuracy (the share of rows of which every label is right).
     *
     * @param truth by row, then label
     * @param predicted by row, then label
     */
    public static Metrics multiLabel(boolean[][] truth, boolean[][] predicted) {
        Samples.check(truth.length, predicted.length);
        Map<String, Double> values = new LinkedHashMap<>();
        values.put(MICRO_F1, LabelScores.microF1(truth, predicted));
        values.put(MACRO_F1, LabelScores.macroF1(truth, predicted));
        values.put(SUBSET_ACCURACY, LabelScores.subsetAccuracy(truth, predicted));
        return new Metrics(values, MICRO_F1);
    }

    /** The mean of Pearson's and Spearman's correlation (primary), each of them, mean squared and mean absolute error. */
    public static Metrics regression(double[] truth, double[] predicted) {
        Samples.check(truth.length, predicted.length);
        double pearson = ValueScores.pearson(truth, predicted);
        double spearman = ValueScores.spearman(truth, predicted);
        Map<String, Double> values = new LinkedHashMap<>();
        values.put(CORRELATION, (pearson + spearman) / 2);
        values.put(PEARSON, pearson);
        values.put(SPEARMAN, spearman);
        values.put(MSE, ValueScores.meanSquaredError(truth, predicted));
        values.put(MAE, ValueScores.meanAbsoluteError(truth, predicted));
        return new Metrics(values, CORRELATION);
    }

    /** The same scores with another primary one. */
    public Metrics withPrimary(String name) {
        return new Metrics(values, name);
    }

    /** The primary score. */
    public double value() {
        return get(primary);
    }

    /** The score of that name. */
    public double get(String name) {
        Double value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException("there is no metric \"" + name + "\", only " + values.keySet());
        }
        return value;
    }

    /** Whether a larger primary score is the better one. */
    public boolean higherIsBetter() {
        return !LOWER_IS_BETTER.contains(primary);
    }

    /** Whether the primary score is strictly better than another evaluation's; NaN is never better. */
    public boolean isBetterThan(Metrics other) {
        double theirs = other.get(primary);
        if (Double.isNaN(theirs)) {
            return !Double.isNaN(value());
        }
        return higherIsBetter() ? value() > theirs : value() < theirs;
    }
}
