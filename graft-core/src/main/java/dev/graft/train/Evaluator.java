package dev.graft.train;

import dev.graft.adapter.Adapter;
import dev.graft.data.LengthGroups;
import dev.graft.model.Backbone;
import dev.graft.model.Mode;
import dev.graft.tensor.Gradients;
import dev.graft.tensor.Scope;
import java.util.Arrays;
import java.util.List;

/** Runs an adapter over rows without gradients. Safe for use by several threads. */
public final class Evaluator {
    /** Evaluation keeps no activations, so batches can be larger than in training. */
    private static final int BATCH_SIZE = 64;

    private Evaluator() {}

    /** The batches that rows are run in, as row numbers. */
    public static List<int[]> batches(Encoded rows) {
        return LengthGroups.sorted(rows.lengths(), BATCH_SIZE);
    }

    /** The head's outputs for every row, in order. */
    public static double[][] outputs(Adapter adapter, Backbone backbone, Encoded rows) {
        double[][] outputs = new double[rows.size()][];
        try (Gradients off = Gradients.off()) {
            for (int[] batch : batches(rows)) {
                try (Scope scope = Scope.open()) {
                    double[] flat = adapter.outputs(backbone, rows.batch(batch, backbone.device()), Mode.EVALUATION)
                            .toDoubles();
                    int width = flat.length / batch.length;
                    for (int i = 0; i < batch.length; i++) {
                        outputs[batch[i]] = Arrays.copyOfRange(flat, i * width, (i + 1) * width);
                    }
                }
            }
        }
        return outputs;
    }
}
