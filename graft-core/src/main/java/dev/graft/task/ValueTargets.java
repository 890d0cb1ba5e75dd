package dev.graft.task;

import dev.graft.tensor.Functions;
import dev.graft.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;

/** A number per row: squared error in units of the targets' deviation, and correlations. */
record ValueTargets(double[] values, double center, double spread) implements Targets {
    static ValueTargets of(Regression task, List<String> labels, IntFunction<String> where) {
        double[] values = new double[labels.size()];
        Arrays.setAll(values, row -> task.value(labels.get(row), where.apply(row)));
        double mean = Arrays.stream(values).average().orElse(0);
        double variance = Arrays.stream(values)
                .map(v -> (v - mean) * (v - mean))
                .average()
                .orElse(0);
        return new ValueTargets(values, mean, variance > 0 ? Math.sqrt(variance) : 1);
    }

    @Override
    public int size() {
        return values.length;
    }

    @Override
    public Tensor loss(Tensor outputs, int[] rows, boolean balanced) {
        double[] targets = Arrays.stream(rows).mapToDouble(row -> values[row]).toArray();
        Tensor expected =
                Tensor.of(targets, targets.length, 1).to(outputs.dtype()).to(outputs.device());
        return Functions.meanSquaredError(outputs, expected).times(1 / (spread * spread));
    }

    @Override
    public Metrics score(double[][] outputs) {
        return Metrics.regression(
                values, Arrays.stream(outputs).mapToDouble(row -> row[0]).toArray());
    }
}
