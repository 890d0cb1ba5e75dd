package dev.graft.method;

/** Who has a tensor of a method that stands in many places. */
public enum Sharing {
    /** Every place has its own. */
    OWN,
    /** There is one for the whole model, whose gradient is the sum over all places. */
    SHARED
}
