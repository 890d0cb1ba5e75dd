package dev.graft.method;

import dev.graft.model.Architecture;
import dev.graft.model.Delta;
import java.util.List;

/** Whether a method trains the base's normalisations besides its own modules. */
public enum NormPolicy {
    /** Every weight and bias trains, the embedding's included, as the adapter's own copy. */
    TRAINED,
    /** They stay the base's. */
    FROZEN;

    List<Delta> deltas(Architecture base, Initializer start) {
        return this == TRAINED ? Unfrozen.copies(Unfrozen.norms(base), start) : List.of();
    }

    /** The number of scalars that train so. */
    long parameters(Architecture base) {
        return this == TRAINED ? Unfrozen.count(Unfrozen.norms(base), base) : 0;
    }
}
