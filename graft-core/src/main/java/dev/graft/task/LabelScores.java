package dev.graft.task;

import java.util.Arrays;

/**
 * The scores of multi-label predictions: {@code truth[row][label]} against {@code predicted[row][label]}. As in
 * scikit-learn, an F1 of a label that is neither true nor predicted anywhere is 0, and counts in the macro mean.
 */
final class LabelScores {
    private LabelScores() {}

    /** F1 over all decisions at once. */
    static double microF1(boolean[][] truth, boolean[][] predicted) {
        long hits = 0;
        long marked = 0;
        for (int label = 0; label < truth[0].length; label++) {
            hits += hits(truth, predicted, label);
            marked += marked(truth, label) + marked(predicted, label);
        }
        return Samples.quotient(2 * hits, marked);
    }

    /** The mean of the labels' F1. */
    static double macroF1(boolean[][] truth, boolean[][] predicted) {
        double sum = 0;
        for (int label = 0; label < truth[0].length; label++) {
            sum += Samples.quotient(2 * hits(truth, predicted, label), marked(truth, label) + marked(predicted, label));
        }
        return sum / truth[0].length;
    }

    /** The share of rows of which every label is right. */
    static double subsetAccuracy(boolean[][] truth, boolean[][] predicted) {
        int right = 0;
        for (int row = 0; row < truth.length; row++) {
            right += Arrays.equals(truth[row], predicted[row]) ? 1 : 0;
        }
        return (double) right / truth.length;
    }

    private static long hits(boolean[][] truth, boolean[][] predicted, int label) {
        long hits = 0;
        for (int row = 0; row < truth.length; row++) {
            hits += truth[row][label] && predicted[row][label] ? 1 : 0;
        }
        return hits;
    }

    private static long marked(boolean[][] flags, int label) {
        return Arrays.stream(flags).filter(row -> row[label]).count();
    }
}
