package dev.graft.model;

import dev.graft.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * What a backbone gives for the rows of a batch, or for those that are read.
 *
 * @param states the last layer's output, [B, T, d]; T counts inserted rows too, where all rows are there
 * @param text 1 where a position is a token of the text: neither padding nor inserted, INT64 [B, T]
 * @param marks what a template made of the positions; null where no template wrote the texts
 */
public record Hidden(Tensor states, Tensor text, @Nullable Marks marks) {
    /** The state of the first position, [B, d]. */
    Tensor first() {
        return states.select(1, 0);
    }

    /**
     * The state of the mask that asks for a word, [B, d].
     *
     * @throws ModelException where no template with a mask wrote the texts
     */
    Tensor answer() {
        return Marks.require(marks).answerOf(states).select(1, 0);
    }

    /** The mean over the text's positions, [B, d]. */
    Tensor mean() {
        Tensor weights = text.to(states.dtype().master()).unsqueeze(2); // [B, T, 1]
        Tensor sum = states.to(weights.dtype()).times(weights).sum(1, false); // [B, d]
        return sum.dividedBy(weights.sum(1, false));
    }
}
