package dev.graft.method;

import dev.graft.model.Activation;
import dev.graft.model.Architecture;
import dev.graft.model.Delta;
import dev.graft.model.Site;
import dev.graft.tensor.Parameter;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The hypercomplex bottlenecks of a model: what phm, compacter and compacter++ have in common. They start as the authors'
 * code does (rabeehk/compacter, {@code hypercomplex/layers.py}): B, or its factors, from Glorot's uniform with gain sqrt 2, a
 * shared rule from N(0, 1e-4), one of its own from N(0, 1e-2), biases at zero.
 *
 * @param adapters where they are
 * @param bottleneck m; null for d / 16, rounded up to a multiple of n
 * @param n the number of summands, which divides d and m
 * @param rank r of the factors; null for whole B
 * @param activation phi
 * @param rule whether all projections of the model share A
 * @param owner the directory of an adapter whose shared A this is, which does not train here; null for one of its own
 * @param factors whether all down-projections share B or its factors, and all up-projections theirs
 */
record Hypercomplex(
        SequentialAdapters adapters,
        @Nullable Integer bottleneck,
        int n,
        @Nullable Integer rank,
        Activation activation,
        Sharing rule,
        @Nullable String owner,
        Sharing factors) {
    private static final double GAIN = Math.sqrt(2);
    private static final String RULE = "phm.rule";

    /**
     * Checks what can be known without a base.
     *
     * @throws IllegalArgumentException for sizes that are none, a bottleneck that n does not divide, or an owner of rules that
     *     are not shared
     */
    static void check(
            @Nullable Integer bottleneck, int n, @Nullable Integer rank, Sharing rule, @Nullable String owner) {
        if (n < 1) {
            throw new IllegalArgumentException("n must be >= 1: " + n);
        }
        if (bottleneck != null && (bottleneck < 1 || bottleneck % n != 0)) {
            throw new IllegalArgumentException("bottleneck must be a multiple of n=%d: %d".formatted(n, bottleneck));
        }
        if (rank != null && rank < 1) {
            throw new IllegalArgumentException("rank must be >= 1: " + rank);
        }
        if (owner != null && owner.isBlank()) {
            throw new IllegalArgumentException("owner must be the directory of an adapter: '%s'".formatted(owner));
        }
        if (owner != null && rule == Sharing.OWN) {
            throw new IllegalArgumentException(
                    "owner means nothing with rule=own, which shares no rule: '%s'".formatted(owner));
        }
    }

    /**
     * A bottleneck in every place.
     *
     * @throws IllegalArgumentException where n does not divide the base's width
     */
    List<Delta> deltas(Architecture base, Initializer start) {
        int d = base.hidden();
        int m = width(base);
        if (d % n != 0) {
            throw new IllegalArgumentException("n must divide the base's width of %d: %d".formatted(d, n));
        }
        Projections projections = new Projections(start);
        return adapters.deltas(
                site -> new DownUp(
                        projections.at(site, "phm.down", d, m), activation, projections.at(site, "phm.up", m, d)),
                base,
                start);
    }

    /** Makes projections and their parameters; those that are named alike are one and the same. */
    private final class Projections {
        private final Initializer start;
        private final Map<String, Parameter> made = new HashMap<>();

        Projections(Initializer start) {
            this.start = start;
        }

        Form at(Site site, String side, int in, int out) {
            String own = site.path() + "." + side;
            Parameter a = rule == Sharing.SHARED ? sharedRule() : rule(own + ".rule", 1e-2);
            Parameter bias = start.zeros(own + ".bias", false, out);
            String weight = factors == Sharing.SHARED ? side : own;
            return rank == null
                    ? new PhmLinear(a, glorot(weight + ".weight", n, in / n, out / n), bias)
                    : new LphmLinear(
                            a,
                            glorot(weight + ".left", n, in / n, rank),
                            glorot(weight + ".right", n, rank, out / n),
                            bias);
        }

        private Parameter sharedRule() {
            return owner == null
                    ? rule(RULE, 1e-4)
                    : made.computeIfAbsent(RULE, name -> start.shared(name, Path.of(owner), n, n, n));
        }

        private Parameter rule(String name, double sigma) {
            return made.computeIfAbsent(name, first -> start.normal(first, true, sigma, n, n, n));
        }

        private Parameter glorot(String name, long... shape) {
            return made.computeIfAbsent(name, first -> start.glorotUniform(first, true, GAIN, shape));
        }
    }

    private int width(Architecture base) {
        return bottleneck == null ? Math.ceilDiv(base.hidden(), 16 * n) * n : bottleneck;
    }

    /** The number of scalars that train. */
    long parameters(Architecture base) {
        long d = base.hidden();
        long m = width(base);
        long bottlenecks = adapters.count(base);
        long rules = owner != null ? 0 : rule == Sharing.SHARED ? 1 : 2 * bottlenecks;
        long projections = factors == Sharing.SHARED ? 2 : 2 * bottlenecks;
        long weights = rank == null ? d * m / n : rank * (d + m);
        return rules * n * n * n + projections * weights + adapters.parameters(d + m, base);
    }
}
