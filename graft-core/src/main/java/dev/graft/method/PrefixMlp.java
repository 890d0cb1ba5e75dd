package dev.graft.method;

import dev.graft.method.KeysAndValues.Flat;
import dev.graft.method.KeysAndValues.Pairs;
import dev.graft.model.Architecture;
import dev.graft.model.Site;
import dev.graft.tensor.Functions;
import dev.graft.tensor.Gradients;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Scope;
import dev.graft.tensor.Tensor;
import java.util.List;

/**
 * A prefix that a small network makes in training: {@code P = tanh(P' W_1^T + b_1) W_2^T + b_2}. All layers share P', W_1 and
 * b_1; each has its rows of W_2 and b_2. It computes in full precision, so that what is stored is what was trained.
 *
 * @param embedding P', [l, d]
 * @param down W_1, [mid, d]
 * @param downBias b_1, [mid]
 * @param key the layer's rows of W_2 for keys, [d, mid]
 * @param keyBias [d]
 * @param value the layer's rows of W_2 for values, [d, mid]
 * @param valueBias [d]
 */
record PrefixMlp(
        Parameter embedding,
        Parameter down,
        Parameter downBias,
        Parameter key,
        Parameter keyBias,
        Parameter value,
        Parameter valueBias)
        implements Pairs {
    /** What the layers share. */
    private static final String NAME = "prefix.";

    /** For every layer, from PyTorch's defaults: P' from N(0, 1), weights and biases from U(-1, 1) over the root of what they read. */
    static List<PrefixMlp> ofLayers(
            int length, int middle, List<Site.Heads> sites, Architecture base, Initializer start) {
        int d = base.hidden();
        Parameter embedding = start.normal(NAME + "embedding", false, 1, length, d);
        Parameter down = start.kaimingUniform(NAME + "down.weight", true, middle, d);
        Parameter downBias = start.uniform(NAME + "down.bias", false, 1 / Math.sqrt(d), middle);
        double bound = 1 / Math.sqrt(middle);
        return sites.stream()
                .map(site -> new PrefixMlp(
                        embedding,
                        down,
                        downBias,
                        start.kaimingUniform(KeysAndValues.keyName(site) + ".weight", true, d, middle),
                        start.uniform(KeysAndValues.keyName(site) + ".bias", false, bound, d),
                        start.kaimingUniform(KeysAndValues.valueName(site) + ".weight", true, d, middle),
                        start.uniform(KeysAndValues.valueName(site) + ".bias", false, bound, d)))
                .toList();
    }

    static long count(long length, long middle, Architecture base) {
        long d = base.hidden();
        long out = 2 * d * base.layers();
        return length * d + d * middle + middle + middle * out + out;
    }

    @Override
    public Tensor keys() {
        return Functions.linear(inner(), key.value(), keyBias.value());
    }

    @Override
    public Tensor values() {
        return Functions.linear(inner(), value.value(), valueBias.value());
    }

    private Tensor inner() {
        return Functions.linear(embedding.value(), down.value(), downBias.value())
                .tanh(); // [l, mid]
    }

    /** What it makes, as parameters that belong to the caller. */
    Flat flat(Site.Heads site) {
        try (Scope scope = Scope.open();
                Gradients off = Gradients.off()) {
            return new Flat(
                    Parameter.of(KeysAndValues.keyName(site), keys(), false),
                    Parameter.of(KeysAndValues.valueName(site), values(), false));
        }
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(embedding, down, downBias, key, keyBias, value, valueBias);
    }
}
