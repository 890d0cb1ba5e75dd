package dev.graft.method;

import dev.graft.model.Architecture;
import dev.graft.model.Delta;
import dev.graft.model.Embedded;
import dev.graft.model.EmbeddingDelta;
import dev.graft.model.Heads;
import dev.graft.model.HeadsDelta;
import dev.graft.model.Pass;
import dev.graft.model.Site;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Prefix tuning, Li and Liang 2021 (arXiv 2101.00190), with flat parameters: in every attention {@code l} trained keys and
 * values that all queries see, before those of the text.
 *
 * <pre>
 *   head = softmax(q [P_K; K]^T / sqrt(e)) [P_V; V]
 * </pre>
 *
 * Both start from N(0, 0.02); there is no start that equals the base, because a key of zero still takes attention. Trains
 * {@code 2Lld} scalars. Tensors: {@code <layer>.attention.heads.prefix.{key,value}}, [l, d].
 *
 * @param length l
 * @param positions whether the text keeps its positions
 */
public record Prefix(int length, Positions positions) implements Method {
    public static final Prefix DEFAULT = new Prefix(10, Positions.KEPT);

    private static final double SIGMA = 0.02;

    /** Where the text's positions begin. */
    public enum Positions {
        /** At zero, as in the paper and in AdapterHub. */
        KEPT,
        /** Behind the prefix, as in PEFT. */
        SHIFTED
    }

    public Prefix {
        if (length < 1) {
            throw new IllegalArgumentException("length must be >= 1: " + length);
        }
    }

    @Override
    public String name() {
        return "prefix";
    }

    @Override
    public Axes axes() {
        return new Axes("heads", "keys and values", "queries", "in the softmax", "elsewhere");
    }

    @Override
    public List<Delta> deltas(Architecture base, Initializer start) {
        List<Delta> deltas = new ArrayList<>();
        for (int layer = 0; layer < base.layers(); layer++) {
            Site.Heads site = new Site.Heads(layer);
            deltas.add(new KeysAndValues(
                    site,
                    start.normal(site.path() + ".prefix.key", false, SIGMA, length, base.hidden()),
                    start.normal(site.path() + ".prefix.value", false, SIGMA, length, base.hidden()),
                    base.heads()));
        }
        if (positions == Positions.SHIFTED) {
            deltas.add(new PositionShift(length));
        }
        return deltas;
    }

    @Override
    public long parameters(Architecture base) {
        return 2L * base.layers() * length * base.hidden();
    }

    @Override
    public int takenPositions() {
        return positions == Positions.SHIFTED ? length : 0;
    }

    @Override
    public double learningRate(Architecture base) {
        return 5e-3;
    }

    private record KeysAndValues(Site.Heads site, Parameter key, Parameter value, int heads) implements HeadsDelta {
        @Override
        public Heads before(Heads text, Pass pass) {
            long batch = text.queries().size(0);
            return text.prepend(split(key, batch, pass), split(value, batch, pass));
        }

        /** [l, d] to [B, H, l, e]. */
        private Tensor split(Parameter prefix, long batch, Pass pass) {
            long length = prefix.value().size(0);
            long size = prefix.value().size(1) / heads;
            return prefix.in(pass.dtype())
                    .reshape(length, heads, size)
                    .transpose(0, 1)
                    .unsqueeze(0)
                    .expand(batch, heads, length, size);
        }

        @Override
        public List<Parameter> parameters() {
            return List.of(key, value);
        }
    }

    private record PositionShift(int by) implements EmbeddingDelta {
        @Override
        public Site.Embedding site() {
            return new Site.Embedding(Site.Embedding.Stage.INPUT);
        }

        @Override
        public Embedded apply(Embedded embedded, Pass pass) {
            return embedded.shiftedBy(by);
        }

        @Override
        public List<Parameter> parameters() {
            return List.of();
        }
    }
}
