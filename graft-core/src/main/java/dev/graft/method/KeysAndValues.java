package dev.graft.method;

import dev.graft.model.Delta;
import dev.graft.model.Heads;
import dev.graft.model.HeadsDelta;
import dev.graft.model.Pass;
import dev.graft.model.Site;
import dev.graft.tensor.DType;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The prefix of one layer: keys and values before those of the text, in every head.
 *
 * @param site where it acts
 * @param pairs the keys and values
 * @param heads H
 * @param dropout the share of keys and values that is dropped in training
 * @param gate what keys and values are multiplied by, from the sub-layer's input; null for nothing
 */
record KeysAndValues(
        Site.Heads site,
        Pairs pairs,
        int heads,
        double dropout,
        @Nullable Gated gate) implements HeadsDelta, Reparameterized {
    /** Where keys and values come from. */
    sealed interface Pairs permits Flat, PrefixMlp {
        /** [l, d]. */
        Tensor keys();

        /** [l, d]. */
        Tensor values();

        List<Parameter> parameters();
    }

    /**
     * Keys and values that train themselves.
     *
     * @param key [l, d]
     * @param value [l, d]
     */
    record Flat(Parameter key, Parameter value) implements Pairs {
        @Override
        public Tensor keys() {
            return key.value();
        }

        @Override
        public Tensor values() {
            return value.value();
        }

        @Override
        public List<Parameter> parameters() {
            return List.of(key, value);
        }
    }

    static String keyName(Site.Heads site) {
        return site.path() + ".prefix.key";
    }

    static String valueName(Site.Heads site) {
        return site.path() + ".prefix.value";
    }

    @Override
    public Heads before(Heads text, Pass pass) {
        Tensor keys = split(pairs.keys(), keyName(site), text, pass);
        Tensor values = split(pairs.values(), valueName(site), text, pass);
        if (gate == null) {
            return text.prepend(keys, values);
        }
        Tensor open = gate.gate(text.input(), pass).unsqueeze(3); // [B, 1, 1, 1]
        return text.prepend(keys.times(open), values.times(open));
    }

    /** [l, d] to [B, H, l, e]. */
    private Tensor split(Tensor prefix, String name, Heads text, Pass pass) {
        long batch = text.queries().size(0);
        long length = prefix.size(0);
        long size = prefix.size(1) / heads;
        DType dtype = pass.dtype();
        Tensor rows = prefix.to(dtype)
                .reshape(length, heads, size)
                .transpose(0, 1)
                .unsqueeze(0)
                .expand(batch, heads, length, size);
        return pass.dropout(rows, dropout, name);
    }

    @Override
    public boolean rowwise() {
        return gate == null;
    }

    @Override
    public List<Parameter> parameters() {
        List<Parameter> parameters = new ArrayList<>(pairs.parameters());
        if (gate != null) {
            parameters.addAll(gate.parameters());
        }
        return parameters;
    }

    @Override
    public Delta stored() {
        return switch (pairs) {
            case Flat flat -> this;
            case PrefixMlp mlp -> new KeysAndValues(site, mlp.flat(site), heads, dropout, gate);
        };
    }
}
