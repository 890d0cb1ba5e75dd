package dev.graft.model;

import dev.graft.tensor.Parameter;
import java.util.List;
import java.util.Optional;

/**
 * Something that acts on a frozen backbone: a change of what passes at one site, or a copy in the place of one tensor.
 * What a delta may see follows from its site, so each kind of site has its own interface.
 *
 * <p>Deltas hold no state but their parameters, so one delta may act in several forward passes at once.
 */
public sealed interface Delta permits OutputDelta, HeadsDelta, EmbeddingDelta, Replacement {
    /** What trains, in a fixed order, and what is held {@linkplain Parameter#frozen as it is}; owned by the delta's adapter. */
    List<Parameter> parameters();

    /**
     * Whether what it makes of a row depends on that row alone, but for the keys and values of attention. Only where all deltas say so
     * may a backbone leave out rows that nothing reads.
     */
    default boolean rowwise() {
        return false;
    }

    /** How tensors of the base take this delta up; empty where none can. */
    default Optional<Merge> merge() {
        return Optional.empty();
    }
}
