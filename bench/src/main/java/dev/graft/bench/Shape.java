package dev.graft.bench;

import dev.graft.model.Architecture;
import dev.graft.train.Encoded;
import java.util.List;

/**
 * What one round computes.
 *
 * @param rows texts
 * @param tokens their tokens
 * @param padding the share of computed positions that are none
 */
record Shape(long rows, long tokens, double padding) {
    static Shape of(Encoded texts, List<int[]> batches) {
        int[] lengths = texts.lengths();
        long tokens = 0;
        long computed = 0;
        for (int[] batch : batches) {
            int longest = 0;
            for (int row : batch) {
                tokens += lengths[row];
                longest = Math.max(longest, lengths[row]);
            }
            computed += (long) longest * batch.length;
        }
        return new Shape(lengths.length, tokens, 1 - (double) tokens / computed);
    }

    /**
     * The operations in the base's matrix products for one text, those of rows that nothing reads counted too.
     *
     * @param passes 1 forward, 2 with the gradients of what the matrices read, 3 with the matrices' own
     */
    double flops(Architecture base, int passes) {
        double perToken =
                base.layers() * (8.0 * base.hidden() * base.hidden() + 4.0 * base.hidden() * base.ffn()) * passes;
        return perToken * tokens / rows;
    }
}
