package dev.graft.task;

import dev.graft.tensor.Tensor;
import java.util.List;
import java.util.function.IntFunction;

/** What the rows of one data set should come out as: the loss to train on, and the metrics to judge by. Immutable. */
public interface Targets {
    /**
     * Reads the labels of rows.
     *
     * @param labels one per row
     * @param where says where a row stands, for error messages
     * @throws LabelException for a label that the task does not have
     */
    static Targets of(Task task, List<String> labels, IntFunction<String> where) {
        return switch (task) {
            case Classification t -> ClassTargets.of(t, labels, where);
            case MultiLabel t -> FlagTargets.of(t, labels, where);
            case Regression t -> ValueTargets.of(t, labels, where);
        };
    }

    /** The number of rows. */
    int size();

    /**
     * The mean loss of some rows, a single element.
     *
     * @param outputs the head's outputs for them, [n, C]
     * @param rows which rows they are
     * @param balanced whether rare labels weigh more, so that each has the same share in all
     */
    Tensor loss(Tensor outputs, int[] rows, boolean balanced);

    /** What some rows count for in a mean over more of them: how many they are, or the sum of their labels' weights. */
    default double weight(int[] rows, boolean balanced) {
        return rows.length;
    }

    /** The metrics of the outputs for all rows, in order. */
    Metrics score(double[][] outputs);

    /** The head's outputs have this deviation from {@link #center}, so that it learns numbers of ordinary size. */
    default double spread() {
        return 1;
    }

    /** What the head's outputs vary about. */
    default double center() {
        return 0;
    }
}
