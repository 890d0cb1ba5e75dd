package dev.graft.model;

/** Acts on the embedded text, at {@link Site.Embedding}. */
public non-sealed interface EmbeddingDelta extends Delta {
    /** Where it acts. */
    Site site();

    /** The rows to go on with. */
    Embedded apply(Embedded embedded, Pass pass);
}
