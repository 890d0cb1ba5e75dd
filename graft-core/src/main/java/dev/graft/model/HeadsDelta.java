package dev.graft.model;

import dev.graft.tensor.Tensor;

/** Acts inside attention, at {@link Site.Heads}. */
public non-sealed interface HeadsDelta extends Delta {
    /** Where it acts. */
    Site site();

    /** What enters the softmax. */
    default Heads before(Heads heads, Pass pass) {
        return heads;
    }

    /**
     * What the heads give to the output projection, [B, H, T, e].
     *
     * @param heads what entered the softmax
     * @param output what came out of it, [B, H, T, e]
     */
    default Tensor after(Heads heads, Tensor output, Pass pass) {
        return output;
    }
}
