package dev.graft.bench.golden;

import java.util.Locale;

/** The kinds of golden files, each in a folder of its own. */
public enum Suite {
    /** A model without an adapter: its logits. */
    BASE(true),
    /** An adapter that PEFT wrote: logits and gradients. */
    PEFT(true),
    /** An adapter that AdapterHub wrote: logits and gradients. */
    ADAPTERHUB(true),
    /** Steps of an optimizer: the loss and gradient norm of each, and the tensors at the end. */
    TRAJECTORY(true),
    /** Batches of several adapters of PEFT's, and weighted combinations. */
    PEFT_MULTI(false),
    /** Compositions of AdapterHub's. */
    ADAPTERHUB_COMP(false),
    /** Heads of AdapterHub's: logits and losses. */
    ADAPTERHUB_HEADS(true);

    private final boolean built;

    Suite(boolean built) {
        this.built = built;
    }

    /** Whether Graft has what the suite checks. */
    public boolean isBuilt() {
        return built;
    }

    /** The name of its folder. */
    public String folder() {
        return name().toLowerCase(Locale.ROOT);
    }
}
