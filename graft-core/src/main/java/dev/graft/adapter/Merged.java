package dev.graft.adapter;

import dev.graft.model.Backbone;
import dev.graft.model.Batch;
import dev.graft.model.Deltas;
import dev.graft.model.Hidden;
import dev.graft.model.Mode;
import dev.graft.model.Replacement;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A view of a base that has taken up an adapter: copies of the tensors that change, over the base, which is not written. It
 * computes what the adapter computes at the base's own speed. Closing it is the un-merge, exact to the bit.
 *
 * <p>Any number of threads may compute with it, for as long as adapter and base are open.
 */
public final class Merged implements AutoCloseable {
    private final Adapter adapter;
    private final Backbone base;
    private final Deltas copies;

    Merged(Adapter adapter, Backbone base, Deltas copies) {
        this.adapter = adapter;
        this.base = base;
        this.copies = copies;
    }

    /** The head's outputs for a batch, [B, C] in full precision; they belong to the innermost scope. */
    public Tensor outputs(Batch batch) {
        Hidden hidden = base.forward(batch, adapter.pooling(), copies, Mode.EVALUATION);
        return adapter.head().apply(base.pool(hidden, adapter.pooling(), copies, Mode.EVALUATION), Mode.EVALUATION);
    }

    /** The tensors that differ from the base's, by canonical name; they belong to this view. */
    public Map<String, Tensor> tensors() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        copies.parameters().forEach(copy -> tensors.put(copy.name(), copy.value()));
        return tensors;
    }

    /**
     * The tensors of transformers' class for sequence classification, under its names, where that class computes this very
     * head, without a unit of its own. Empty elsewhere.
     */
    public Optional<Map<String, Tensor>> classifier() {
        ModuleNames names = ModuleNames.withHead(base);
        if (!names.classifier().computes(adapter.pooling(), adapter.head())) {
            return Optional.empty();
        }
        Map<String, Tensor> merged = tensors();
        Map<String, Tensor> named = new LinkedHashMap<>();
        for (String name : base.architecture().tensors().keySet()) {
            named.put(names.prefix() + base.huggingFaceName(name), merged.getOrDefault(name, base.tensor(name)));
        }
        adapter.head()
                .parameters()
                .forEach(parameter -> named.put(names.classifier().nameOf(parameter.name()), parameter.value()));
        return Optional.of(named);
    }

    /** What acts on the base in this view: a {@link Replacement} for each of the tensors. */
    public Deltas deltas() {
        return copies;
    }

    @Override
    public void close() {
        copies.parameters().forEach(Parameter::close);
    }
}
