package dev.graft.model;

import dev.graft.tensor.Parameter;
import java.util.List;
import java.util.Optional;

/**
 * An un-frozen tensor of the base: the adapter's own copy, put in the place of the base's, which is never written.
 *
 * @param tensor the canonical name of the base tensor, such as {@code layer.0.attention.norm.weight}; where layers share the
 *     tensor, the name that one of them has for it puts the copy in that layer alone
 * @param parameter the copy, of the same shape
 */
public record Replacement(String tensor, Parameter parameter) implements Delta {
    @Override
    public List<Parameter> parameters() {
        return List.of(parameter);
    }

    /** It changes what a layer computes with, not of which rows. */
    @Override
    public boolean rowwise() {
        return true;
    }

    /** It stands in a tensor's place already. */
    @Override
    public Optional<Merge> merge() {
        return Optional.of(tensors -> {});
    }
}
