package dev.graft.model;

import dev.graft.tensor.Tensor;

/**
 * Acts on the output of a projection, a nonlinearity, a sub-layer or a layer, at {@link Site.Linear}, {@link Site.Inner},
 * {@link Site.Sublayer} and {@link Site.Layer}; and on the word table's look-up, {@link Site.Embedding.Stage#TABLE}, whose input are the ids.
 */
public non-sealed interface OutputDelta extends Delta {
    /** Where it acts. */
    Site site();

    /** The output to go on with, [B, T, d_out]. */
    Tensor apply(Flow flow);
}
