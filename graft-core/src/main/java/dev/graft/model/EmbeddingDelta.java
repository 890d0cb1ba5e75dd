package dev.graft.model;

/** Acts on the embedded text, at {@link Site.Embedding} behind the table's look-up. */
public non-sealed interface EmbeddingDelta extends Delta {
    /** Where it acts. */
    Site site();

    /** It acts below the layers, where every row is needed. */
    @Override
    default boolean rowwise() {
        return true;
    }

    /** The rows to go on with. */
    Embedded apply(Embedded embedded, Pass pass);
}
