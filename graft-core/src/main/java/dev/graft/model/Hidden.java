package dev.graft.model;

import dev.graft.tensor.Tensor;

/**
 * What a backbone gives for a batch.
 *
 * @param states the last layer's output, [B, T, d]; T counts inserted rows too
 * @param text 1 where a position is a token of the text: neither padding nor inserted, INT64 [B, T]
 */
public record Hidden(Tensor states, Tensor text) {
    /** The state of the first position, [B, d]. */
    Tensor first() {
        return states.select(1, 0);
    }

    /** The mean over the text's positions, [B, d]. */
    Tensor mean() {
        Tensor weights = text.to(states.dtype().master()).unsqueeze(2); // [B, T, 1]
        Tensor sum = states.to(weights.dtype()).times(weights).sum(1, false); // [B, d]
        return sum.dividedBy(weights.sum(1, false));
    }
}
