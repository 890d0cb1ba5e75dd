package dev.graft.model;

/** Acts on the embedded text, at {@link Site.Embedding} behind the table's look-up. */
public non-sealed interface EmbeddingDelta extends Delta {
    /** Where it acts. */
    Site site();

    /** The rows to go on with. */
    Embedded apply(Embedded embedded, Pass pass);
}
