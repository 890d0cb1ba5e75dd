package dev.graft.task;

/** What all scores of predictions share. */
final class Samples {
    private Samples() {}

    static void check(int truths, int predictions) {
        if (truths != predictions) {
            throw new IllegalArgumentException("%d predictions for %d rows".formatted(predictions, truths));
        }
        if (truths == 0) {
            throw new IllegalArgumentException("no rows to score");
        }
    }

    /** A quotient of counts; 0 where the denominator is 0. */
    static double quotient(long numerator, long denominator) {
        return quotient((double) numerator, (double) denominator);
    }

    /** 0 where the denominator is 0. */
    static double quotient(double numerator, double denominator) {
        return denominator == 0 ? 0 : numerator / denominator;
    }
}
