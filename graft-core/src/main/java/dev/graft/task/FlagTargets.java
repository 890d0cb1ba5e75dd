package dev.graft.task;

import dev.graft.tensor.Functions;
import dev.graft.tensor.Tensor;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Any number of labels per row: binary cross entropy of each, and F1 over all. */
record FlagTargets(MultiLabel task, boolean[][] flags) implements Targets {
    static FlagTargets of(MultiLabel task, List<String> labels, IntFunction<String> where) {
        boolean[][] flags = new boolean[labels.size()][];
        for (int row = 0; row < flags.length; row++) {
            flags[row] = task.flags(labels.get(row), where.apply(row));
        }
        return new FlagTargets(task, flags);
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
                balanced ? weights(outputs) : null);
    }

    /** How many rows lack a label for each that has it. */
    private @Nullable Tensor weights(Tensor outputs) {
        double[] weights = new double[task.outputs()];
        for (int label = 0; label < weights.length; label++) {
            int with = 0;
            for (boolean[] row : flags) {
                with += row[label] ? 1 : 0;
            }
            weights[label] = with == 0 || with == flags.length ? 1 : (double) (flags.length - with) / with;
        }
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
