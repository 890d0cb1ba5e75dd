package dev.graft.task;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** The scores of predicted numbers. A correlation with a constant, which is undefined, is 0. */
final class ValueScores {
    private ValueScores() {}

    static double pearson(double[] x, double[] y) {
        double meanX = Arrays.stream(x).average().orElse(0);
        double meanY = Arrays.stream(y).average().orElse(0);
        double xy = 0;
        double xx = 0;
        double yy = 0;
        for (int i = 0; i < x.length; i++) {
            xy += (x[i] - meanX) * (y[i] - meanY);
            xx += (x[i] - meanX) * (x[i] - meanX);
            yy += (y[i] - meanY) * (y[i] - meanY);
        }
        return Samples.quotient(xy, Math.sqrt(xx) * Math.sqrt(yy));
    }

    /** Pearson's correlation of the ranks. */
    static double spearman(double[] x, double[] y) {
        return pearson(ranks(x), ranks(y));
    }

    static double meanSquaredError(double[] truth, double[] predicted) {
        return IntStream.range(0, truth.length)
                .mapToDouble(i -> (truth[i] - predicted[i]) * (truth[i] - predicted[i]))
                .average()
                .orElse(0);
    }

    static double meanAbsoluteError(double[] truth, double[] predicted) {
        return IntStream.range(0, truth.length)
                .mapToDouble(i -> Math.abs(truth[i] - predicted[i]))
                .average()
                .orElse(0);
    }

    /** Ranks from 1; equal values share the mean of their ranks. */
    static double[] ranks(double[] values) {
        int[] order = IntStream.range(0, values.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> values[i]))
                .mapToInt(Integer::intValue)
                .toArray();
        double[] ranks = new double[values.length];
        int start = 0;
        while (start < order.length) {
            int end = start;
            while (end < order.length && values[order[end]] == values[order[start]]) {
                end++;
            }
            for (int i = start; i < end; i++) {
                ranks[order[i]] = (start + 1 + end) / 2.0;
            }
            start = end;
        }
        return ranks;
    }
}
