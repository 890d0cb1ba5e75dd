package dev.graft.method;

import dev.graft.model.Architecture;
import dev.graft.model.Delta;
import dev.graft.model.Heads;
import dev.graft.model.Pass;
import dev.graft.model.Site;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * LLaMA-Adapter, Zhang et al. 2024 (arXiv 2303.16199): in the upper layers every head looks at {@code K} trained rows too, by
 * a softmax of their own, through the base's frozen key and value projections, behind a gate that is closed at the start.
 *
 * <pre>
 *   head = softmax(q K^T / sqrt(e)) V + tanh(g) softmax(q (P W_k)^T / sqrt(e)) (P W_v)
 * </pre>
 *
 * P starts from N(0, 1) and the gates, one per head, at zero, so the start is exactly the base; P has no gradient until the
 * gates have moved. Trains {@code layers (Kd + H)} scalars. Tensors: {@code <layer>.attention.heads.adaption.prompt}, [K, d],
 * and {@code <layer>.attention.heads.adaption.gate}, [H].
 *
 * @param length K
 * @param layers how many of the layers, from the top; null for all but the lowest two
 * @param tanh whether a gate goes through tanh, as in the authors' code; the paper writes none
 */
public record LlamaAdapter(int length, @Nullable Integer layers, boolean tanh) implements Method {
    public static final LlamaAdapter DEFAULT = new LlamaAdapter(10, null, true);

    /** The paper leaves out the lowest two of LLaMA's 32 layers. */
    private static final int UNTOUCHED = 2;

    public LlamaAdapter {
        if (length < 1) {
            throw new IllegalArgumentException("length must be >= 1: " + length);
        }
        if (layers != null && layers < 1) {
            throw new IllegalArgumentException("layers must be >= 1: " + layers);
        }
    }

    @Override
    public String name() {
        return "llama-adapter";
    }

    @Override
    public Axes axes() {
        return new Axes("heads of the upper layers", "attention to prompts", "queries", "added, gated", "the base");
    }

    @Override
    public List<Delta> deltas(Architecture base, Initializer start) {
        List<Delta> deltas = new ArrayList<>();
        for (int layer = base.layers() - layers(base); layer < base.layers(); layer++) {
            Site.Heads site = new Site.Heads(layer);
            String name = site.path() + ".adaption.";
            deltas.add(new PerHeadChange(
                    site,
                    new PromptAttention(start.normal(name + "prompt", false, 1, length, base.hidden())),
                    new HeadGate(start.zeros(name + "gate", false, base.heads()), tanh)));
        }
        return deltas;
    }

    private int layers(Architecture base) {
        if (layers == null) {
            return Math.max(1, base.layers() - UNTOUCHED);
        }
        if (layers > base.layers()) {
            throw new IllegalArgumentException(
                    "layers must be at most the %d of this base: %d".formatted(base.layers(), layers));
        }
        return layers;
    }

    @Override
    public long parameters(Architecture base) {
        return layers(base) * ((long) length * base.hidden() + base.heads());
    }

    @Override
    public double learningRate(Architecture base) {
        return base.hidden() < 768 ? 5e-3 : 1e-3;
    }

    /** Attention of the text's queries to the prompt alone. */
    private record PromptAttention(Parameter prompt) implements HeadsForm {
        @Override
        public Tensor apply(Heads text, Pass pass) {
            Tensor rows = prompt.in(pass.dtype()).unsqueeze(0); // [1, K, d]
            Tensor keys = text.keyProjection().apply(rows); // [1, H, K, e]
            Tensor values = text.valueProjection().apply(rows);
            long[] shape = keys.shape();
            shape[0] = text.queries().size(0);
            return text.over(keys.expand(shape), values.expand(shape)).attend();
        }

        @Override
        public List<Parameter> parameters() {
            return List.of(prompt);
        }
    }
}
