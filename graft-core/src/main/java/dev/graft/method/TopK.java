package dev.graft.method;

import dev.graft.model.Architecture;
import dev.graft.model.Delta;
import java.util.ArrayList;
import java.util.List;

/**
 * Variable fine-tuning: the upper {@code k} layers train whole, and the pooler where the base has one; what is below stays
 * frozen. The start is exactly the base (methods.md 21).
 *
 * @param k the number of layers, counted from the top
 */
public record TopK(int k) implements Method {
    public static final TopK DEFAULT = new TopK(2);

    public TopK {
        if (k < 1) {
            throw new IllegalArgumentException("k must be >= 1: " + k);
        }
    }

    @Override
    public String name() {
        return "top-k";
    }

    @Override
    public Axes axes() {
        return new Axes("the upper k layers", "copies of their tensors", "–", "in their place", "the base");
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
        if (k > base.layers()) {
            throw new IllegalArgumentException(
                    "k must be at most the %d layers of this base: %d".formatted(base.layers(), k));
        }
        List<String> tensors = new ArrayList<>();
        for (int layer = base.layers() - k; layer < base.layers(); layer++) {
            tensors.addAll(base.tensorsOfLayer(layer));
        }
        base.tensors().keySet().stream()
                .filter(name -> name.startsWith("pooler."))
                .forEach(tensors::add);
        return tensors.stream().distinct().toList();
    }

    @Override
    public long parameters(Architecture base) {
        return Unfrozen.count(tensors(base), base);
    }

    @Override
    public double learningRate(Architecture base) {
        return base.hidden() < 768 ? 5e-5 : 2e-5;
    }
}
