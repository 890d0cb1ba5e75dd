package dev.graft.method;

/** Whether a method trains the base's normalisations besides its own modules. */
public enum NormPolicy {
    /** Every weight and bias trains, the embedding's included, as the adapter's own copy. */
    TRAINED,
    /** They stay the base's. */
    FROZEN
}
