package dev.graft.method;

import dev.graft.method.Gated.Mean;
import dev.graft.method.KeysAndValues.Flat;
import dev.graft.method.KeysAndValues.Pairs;
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
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Prefix tuning, Li and Liang 2021 (arXiv 2101.00190): in every attention {@code l} trained keys and values that all queries
 * see, before those of the text.
 *
 * <pre>
 *   head = softmax(q [P_K; K]^T / sqrt(e)) [P_V; V]
 * </pre>
 *
 * Flat, both start from N(0, 0.02), or from the keys and values that the base computes for words. With {@code mlp} a network
 * makes them out of l rows, {@code [P_K; P_V] = tanh(P' W_1^T + b_1) W_2^T + b_2}, which steadies training; what it makes is
 * saved, and the network aside. There is no start that equals the base, because a key of zero still takes attention.
 *
 * <p>Trains {@code 2Lld} scalars, or {@code ld + d mid + mid + 2Ld mid + 2Ld} with a network, of which the first number is
 * left. Tensors: {@code <layer>.attention.heads.prefix.{key,value}}, [l, d]; of a network {@code prefix.embedding},
 * {@code prefix.down.{weight,bias}} and {@code <layer>.attention.heads.prefix.{key,value}.{weight,bias}}.
 *
 * @param length l
 * @param positions whether the text keeps its positions
 * @param mlp mid, the width of a network that makes keys and values in training; null for none
 * @param words a text whose keys and values are the start, repeated or cut to l tokens; null for random numbers
 * @param dropout the share of keys and values that is dropped in training
 */
public record Prefix(
        int length,
        Positions positions,
        @Nullable Integer mlp,
        @Nullable String words,
        double dropout) implements Method {
    public static final Prefix DEFAULT = new Prefix(10, Positions.KEPT, null, null, 0);

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
        if (mlp != null && mlp < 1) {
            throw new IllegalArgumentException("mlp must be >= 1: " + mlp);
        }
        if (mlp != null && words != null) {
            throw new IllegalArgumentException(
                    "words mean nothing with mlp, since keys and values start as its network makes them: " + words);
        }
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException("dropout must be in [0, 1): " + dropout);
        }
    }

    /** Flat, from random numbers, without dropout. */
    public Prefix(int length, Positions positions) {
        this(length, positions, null, null, 0);
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
        return deltas(base, start, null);
    }

    /** As {@link #deltas(Architecture, Initializer)}, behind UniPELT's gates where a mean is given. */
    List<Delta> deltas(Architecture base, Initializer start, @Nullable Mean gates) {
        List<Site.Heads> sites =
                IntStream.range(0, base.layers()).mapToObj(Site.Heads::new).toList();
        List<? extends Pairs> pairs =
                mlp == null ? flat(sites, base, start) : PrefixMlp.ofLayers(length, mlp, sites, base, start);
        List<Delta> deltas = new ArrayList<>();
        for (Site.Heads site : sites) {
            Gated gate = gates == null ? null : Gated.of(site.path() + ".prefix.gate", base.hidden(), gates, start);
            deltas.add(new KeysAndValues(site, pairs.get(site.layer()), base.heads(), dropout, gate));
        }
        if (positions == Positions.SHIFTED) {
            deltas.add(new PositionShift(length));
        }
        return deltas;
    }

    private List<Flat> flat(List<Site.Heads> sites, Architecture base, Initializer start) {
        List<Flat> pairs = sites.stream()
                .map(site -> new Flat(
                        start.normal(KeysAndValues.keyName(site), false, SIGMA, length, base.hidden()),
                        start.normal(KeysAndValues.valueName(site), false, SIGMA, length, base.hidden())))
                .toList();
        if (words != null) {
            start.observe(
                    words,
                    length,
                    sites.stream()
                            .map(site -> new Copied(site, pairs.get(site.layer())))
                            .toList());
        }
        return pairs;
    }

    @Override
    public Prefix stored() {
        return mlp == null ? this : new Prefix(length, positions, null, null, dropout);
    }

    @Override
    public long parameters(Architecture base) {
        return mlp == null ? 2L * base.layers() * length * base.hidden() : PrefixMlp.count(length, mlp, base);
    }

    @Override
    public int takenPositions() {
        return positions == Positions.SHIFTED ? length : 0;
    }

    @Override
    public double learningRate(Architecture base) {
        return mlp == null ? 5e-3 : 2e-4;
    }

    /** Sets a prefix to the keys and values of the text that passes. */
    private record Copied(Site.Heads site, Flat prefix) implements HeadsDelta {
        @Override
        public Heads before(Heads text, Pass pass) {
            prefix.key().assign(rows(text.keys()));
            prefix.value().assign(rows(text.values()));
            return text;
        }

        /** [1, H, l, e] to [l, d]. */
        private static Tensor rows(Tensor heads) {
            return heads.select(0, 0).transpose(0, 1).reshape(heads.size(2), heads.size(1) * heads.size(3));
        }

        @Override
        public List<Parameter> parameters() {
            return List.of();
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
