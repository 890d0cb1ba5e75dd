package dev.graft.task;

/** Weights that make rare classes count as much as frequent ones. */
public final class ClassWeights {
    private ClassWeights() {}

    /**
     * {@code rows / (classes * rows of the class)}, scikit-learn's "balanced": the weights of all rows add up to the
     * number of rows. A class without rows weighs 0.
     *
     * @param targets each row's class, from 0
     * @param classes how many classes there are
     */
    public static double[] balanced(int[] targets, int classes) {
        long[] counts = new long[classes];
        for (int target : targets) {
            counts[target]++;
        }
        double[] weights = new double[classes];
        for (int i = 0; i < classes; i++) {
            weights[i] = Samples.quotient(targets.length, (double) classes * counts[i]);
        }
        return weights;
    }
}
