package dev.graft.method;

import dev.graft.model.Architecture;
import dev.graft.model.Delta;
import java.util.List;

/**
 * BitFit, Ben Zaken et al. 2022 (arXiv 2106.10199): the biases train and nothing else, those of the projections, the
 * normalisations, and the pooler where the base has one.
 *
 * <pre>
 *   y = x W^T + b + db
 * </pre>
 *
 * The start is exactly the base. A key's bias adds the same number to all scores of a query, which the softmax takes out: it
 * trains along, and its gradient is zero but for rounding. Trains {@code 11Ld + 2d} scalars on a BERT with a pooler; query
 * and FFN-up alone are {@code 5Ld} (methods.md 19). Tensors: the base's names.
 *
 * @param biases which ones, by role ({@code query}, {@code ffn.up}, {@code attention.norm}) or path ({@code
 *     layer.0.attention.query}); empty for all
 */
public record BitFit(List<String> biases) implements Method {
    public static final BitFit DEFAULT = new BitFit(List.of());

    private static final String BIAS = ".bias";

    public BitFit {
        biases = List.copyOf(biases);
    }

    @Override
    public String name() {
        return "bitfit";
    }

    @Override
    public Axes axes() {
        return new Axes("every bias", "copies of them", "–", "in their place", "the base");
    }

    @Override
    public boolean merges() {
        return true;
    }

    @Override
    public List<Delta> deltas(Architecture base, Initializer start) {
        return Unfrozen.copies(tensors(base), start);
    }

    private List<String> tensors(Architecture base) {
        List<String> all = Unfrozen.biases(base);
        if (biases.isEmpty()) {
            return all;
        }
        List<String> paths = all.stream()
                .map(name -> name.substring(0, name.length() - BIAS.length()))
                .toList();
        return Targets.choose("bias", biases, paths).stream()
                .map(path -> path + BIAS)
                .toList();
    }

    @Override
    public long parameters(Architecture base) {
        return Unfrozen.count(tensors(base), base);
    }

    @Override
    public double learningRate(Architecture base) {
        return base.hidden() < 768 ? 2e-3 : 1e-3;
    }
}
