package dev.graft.train;

import dev.graft.adapter.Adapter;
import dev.graft.data.LengthGroups;
import dev.graft.model.Backbone;
import dev.graft.model.Mode;
import dev.graft.tensor.Device;
import dev.graft.tensor.Gradients;
import dev.graft.tensor.Workers;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/** Runs an adapter over rows without gradients. Safe for use by several threads. */
public final class Evaluator {
    /** Evaluation keeps no activations, so batches can be larger than in training. */
    private static final int MOST_ROWS = 64;

    /** Of more tokens, what an operation leaves is no longer in a core's cache when the next one reads it. Measured with MiniLM in bf16. */
    private static final int MOST_TOKENS = 4096;

    private Evaluator() {}

    /** The batches that rows are run in, as row numbers: at least one for each worker, where there are rows enough. */
    public static List<int[]> batches(Encoded rows, Device device) {
        int share = Math.ceilDiv(rows.size(), Workers.parts(rows.size(), device));
        int mostTokens = device.kind() == Device.Kind.CPU ? MOST_TOKENS : Integer.MAX_VALUE;
        return LengthGroups.sorted(rows.lengths(), Math.clamp(share, 1, MOST_ROWS), mostTokens);
    }

    /** The head's outputs for every row, in order. */
    public static double[][] outputs(Adapter adapter, Backbone backbone, Encoded rows) {
        List<int[]> batches = batches(rows, backbone.device());
        List<double[]> flat = Workers.run(batches.stream()
                .<Supplier<double[]>>map(batch -> () -> outputs(adapter, backbone, rows, batch))
                .toList());
        double[][] outputs = new double[rows.size()][];
        for (int b = 0; b < batches.size(); b++) {
            int[] batch = batches.get(b);
            int width = flat.get(b).length / batch.length;
            for (int i = 0; i < batch.length; i++) {
                outputs[batch[i]] = Arrays.copyOfRange(flat.get(b), i * width, (i + 1) * width);
            }
        }
        return outputs;
    }

    private static double[] outputs(Adapter adapter, Backbone backbone, Encoded rows, int[] batch) {
        try (Gradients off = Gradients.off()) {
            return adapter.outputs(backbone, rows.batch(batch, backbone.device()), Mode.EVALUATION)
                    .toDoubles();
        }
    }
}
