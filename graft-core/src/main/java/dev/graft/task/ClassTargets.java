package dev.graft.task;

import dev.graft.tensor.Functions;
import dev.graft.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;

/**
 * One class per row: cross entropy, and a confusion matrix.
 *
 * @param classes each row's class
 * @param weights what each class weighs where rare ones weigh more, [C]
 */
record ClassTargets(Classification task, int[] classes, double[] weights) implements Targets {
    static ClassTargets of(Classification task, List<String> labels, IntFunction<String> where) {
        int[] classes = new int[labels.size()];
        Arrays.setAll(classes, row -> task.index(labels.get(row), where.apply(row)));
        return new ClassTargets(task, classes, ClassWeights.balanced(classes, task.outputs()));
    }

    @Override
    public int size() {
        return classes.length;
    }

    @Override
    public Tensor loss(Tensor outputs, int[] rows, boolean balanced) {
        long[] targets = Arrays.stream(rows).mapToLong(row -> classes[row]).toArray();
        return Functions.crossEntropy(
                outputs,
                Tensor.of(targets, targets.length).to(outputs.device()),
                balanced ? weightsBeside(outputs) : null);
    }

    @Override
    public double weight(int[] rows, boolean balanced) {
        return balanced
                ? Arrays.stream(rows).mapToDouble(row -> weights[classes[row]]).sum()
                : rows.length;
    }

    private Tensor weightsBeside(Tensor outputs) {
        return Tensor.of(weights, weights.length).to(outputs.dtype()).to(outputs.device());
    }

    @Override
    public Metrics score(double[][] outputs) {
        return Metrics.classification(confusion(outputs));
    }

    ConfusionMatrix confusion(double[][] outputs) {
        int[] predicted = Arrays.stream(outputs).mapToInt(Outputs::largest).toArray();
        return ConfusionMatrix.of(task.labels(), classes, predicted);
    }
}
