package dev.graft.model;

import dev.graft.tensor.DType;
import dev.graft.tensor.Gradients;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Scope;
import dev.graft.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Copies of a base's tensors while deltas merge into them, in full precision, by canonical name. The base itself is never
 * written, so whoever lets go of the copies has the base as it was, bit for bit.
 */
public final class MergedTensors {
    private final Backbone base;
    private final Deltas deltas;
    private final Map<String, Tensor> changed = new LinkedHashMap<>();
    private final Map<String, Tensor> inputFactors = new LinkedHashMap<>();
    private boolean sharedChanges;

    private MergedTensors(Backbone base, Deltas deltas) {
        this.base = base;
        this.deltas = deltas;
    }

    /**
     * The same computation by copies alone: one {@link Replacement} for each tensor that changes. Empty where a delta does
     * not merge, or acts in one layer on a tensor that several share. The caller closes the copies.
     */
    static Optional<Deltas> merge(Deltas deltas, Backbone base) {
        List<Merge> merges = new ArrayList<>();
        for (Delta delta : deltas.all()) {
            delta.merge().ifPresent(merges::add);
        }
        if (merges.size() < deltas.all().size()) {
            return Optional.empty();
        }
        try (Scope scope = Scope.open();
                Gradients off = Gradients.off()) {
            MergedTensors tensors = new MergedTensors(base, deltas);
            merges.forEach(merge -> merge.into(tensors));
            return tensors.sharedChanges ? Optional.empty() : Optional.of(new Deltas(tensors.replacements()));
        }
    }

    /** What reads a scaled input reads it whatever else its weight took up, so input factors come last. */
    private List<Replacement> replacements() {
        inputFactors.forEach((weight, factor) -> put(weight, get(weight).times(factor)));
        deltas.replacedTensors().forEach(name -> changed.putIfAbsent(name, standing(name)));
        List<Replacement> replacements = new ArrayList<>();
        changed.forEach((name, value) ->
                replacements.add(new Replacement(name, Parameter.of(name, value, value.dimensions() > 1))));
        return replacements;
    }

    /** A tensor as a forward pass with the deltas finds it, before any merge: the base's, or the copy in its place. */
    public Tensor standing(String name) {
        DType master = base.dtype().master();
        Parameter copy = deltas.replacementOf(base.architecture().canonical(name));
        return copy == null ? base.tensor(name).to(master) : copy.value().detach();
    }

    /** A tensor with what it took up so far. */
    public Tensor get(String name) {
        Tensor value = changed.get(name);
        return value == null ? standing(name) : value;
    }

    /** Puts a value in a tensor's place. */
    public void put(String name, Tensor value) {
        noteSharing(name);
        changed.put(name, value);
    }

    private void noteSharing(String name) {
        Map<String, String> shared = base.architecture().shared();
        sharedChanges |= shared.containsKey(name) || shared.containsValue(name);
    }

    /** Adds {@code scale * change} to a tensor. */
    public void add(String name, Tensor change, double scale) {
        put(name, get(name).plusScaled(change, scale));
    }

    /**
     * Multiplies what a projection reads.
     *
     * @param factor [d_in]
     */
    public void multiplyInput(Site.Linear projection, Tensor factor) {
        noteSharing(projection.path() + ".weight");
        inputFactors.merge(projection.path() + ".weight", factor, Tensor::times);
    }
}
