package dev.graft.model;

import dev.graft.tensor.Tensor;

/**
 * A change of the embedded text that can be taken back. A masked-LM head compares with the embeddings of words, so it takes
 * back what acts on them before it does (Pfeiffer et al. 2020, arXiv 2005.00052, section 4.3).
 */
public interface InvertibleDelta extends EmbeddingDelta {
    /** What {@link #apply} makes these states from, [.., E]. */
    Tensor inverse(Tensor states, Pass pass);
}
