package dev.graft.method;

import dev.graft.model.Delta;

/**
 * A delta whose numbers come out of a small network, which helps training and is of no use after it. An adapter's file holds
 * the numbers; the network lies beside it, for whoever trains on.
 */
public interface Reparameterized {
    /** The same change with the network's results as its parameters, which belong to the caller. */
    Delta stored();
}
