package dev.graft.model;

/** How tensors of a base take up a delta, so that the base alone computes what it computed with the delta in evaluation. */
@FunctionalInterface
public interface Merge {
    /** Changes the tensors. */
    void into(MergedTensors tensors);
}
