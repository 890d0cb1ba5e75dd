package dev.graft.task;

import dev.graft.tensor.Functions;
import dev.graft.tensor.Tensor;
import java.util.List;
import java.util.function.IntFunction;

/**
 * Any number of labels per row: binary cross entropy of each, and F1 over all.
 *
 * @param flags by row, then label
 * @param weights what a row with the label weighs where rare labels weigh more, [C]
 */
record FlagTargets(MultiLabel task, boolean[][] flags, double[] weights) implements Targets {
    static FlagTargets of(MultiLabel task, List<String> labels, IntFunction<String> where) {
        boolean[][] flags = new boolean[labels.size()][];
        for (int row = 0; row < flags.length; row++) {
            flags[row] = task.flags(labels.get(row), where.apply(row));
        }
        return new FlagTargets(task, flags, weights(flags, task.outputs()));
    }

    /** How many rows lack a label for each that has it. */
    private static double[] weights(boolean[][] flags, int labels) {
        double[] weights = new double[labels];
        for (int label = 0; label < labels; label++) {
            int with = 0;
            for (boolean[] row : flags) {
                with += row[label] ? 1 : 0;
            }
            weights[label] = with == 0 || with == flags.length ? 1 : (double) (flags.length - with) / with;
        }
        return weights;
    }

    @Override
    public int size() {
        return flags.length;
    }

    @Override
    public Tensor loss(Tensor outputs, int[] rows, boolean balanced) {
        int labels = task.outputs();
        float[] targets = new float[rows.length * labels];
        for (int i = 0; i < targets.length; i++) {
            targets[i] = flags[rows[i / labels]][i % labels] ? 1 : 0;
        }
        return Functions.binaryCrossEntropy(
                outputs,
                Tensor.of(targets, rows.length, labels).to(outputs.dtype()).to(outputs.device()),
                balanced ? weightsBeside(outputs) : null);
    }

    private Tensor weightsBeside(Tensor outputs) {
        return Tensor.of(weights, weights.length).to(outputs.dtype()).to(outputs.device());
    }

    @Override
    public Metrics score(double[][] outputs) {
        boolean[][] predicted = new boolean[outputs.length][];
        for (int row = 0; row < predicted.length; row++) {
            predicted[row] = Outputs.positive(outputs[row]);
        }
        return Metrics.multiLabel(flags, predicted);
    }
}
