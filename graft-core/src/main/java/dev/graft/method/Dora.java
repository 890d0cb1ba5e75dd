package dev.graft.method;

import dev.graft.model.Architecture;
import dev.graft.model.Delta;
import dev.graft.model.Site;
import java.util.ArrayList;
import java.util.List;

/**
 * DoRA, Liu et al. 2024 (arXiv 2402.09353): a projection taken apart into the directions of its rows, which a low-rank map
 * turns, and their lengths, which train by themselves.
 *
 * <pre>
 *   y = x W'^T + b,   W' = m * (W + s B A) / ||W + s B A||,   s = alpha / r
 * </pre>
 *
 * with the norm of each row. m starts as the row norms of W, A and B as in {@link Lora}, so the start is exactly the base. Trains
 * {@code r (d_in + d_out) + d_out} scalars per projection. Tensors: {@code <projection>.dora.{a,b,magnitude}}.
 *
 * @param rank r
 * @param alpha the numerator of the scale
 * @param targets projections by role ({@code query}, {@code ffn.up}) or by path ({@code layer.0.attention.query})
 * @param layers the layers whose projections get one; empty for all
 * @param dropout the share of x that the low-rank branch drops in training
 */
public record Dora(int rank, double alpha, List<String> targets, List<Integer> layers, double dropout)
        implements Method {
    public static final Dora DEFAULT = new Dora(8, 16, List.of("query", "value"), List.of(), 0);

    public Dora {
        Lora.requireRank("rank", rank);
        Lora.requireAlpha("alpha", alpha);
        Lora.requireDropout(dropout);
        if (targets.isEmpty()) {
            throw new IllegalArgumentException("targets must name at least one projection, such as query: []");
        }
        targets = List.copyOf(targets);
        layers = List.copyOf(layers);
    }

    @Override
    public String name() {
        return "dora";
    }

    @Override
    public Axes axes() {
        return new Axes("projections", "low-rank map", "input", "added, rows rescaled", "the base");
    }

    @Override
    public boolean merges() {
        return true;
    }

    @Override
    public List<Delta> deltas(Architecture base, Initializer start) {
        List<Delta> deltas = new ArrayList<>();
        for (Site.Linear site : sites(base)) {
            String name = site.path() + ".dora.";
            LowRank form = new LowRank(
                    start.kaimingUniform(name + "a", true, rank, base.inputOf(site)),
                    start.zeros(name + "b", true, base.outputOf(site), rank),
                    dropout);
            Join join =
                    new Rescaled(site, form, alpha / rank, start.rowNorms(name + "magnitude", site.path() + ".weight"));
            deltas.add(new Change(site, form, Reads.INPUT, join));
        }
        return deltas;
    }

    private List<Site.Linear> sites(Architecture base) {
        return Targets.choose(Targets.projection(layers), targets, Targets.linears(layers, base)).stream()
                .map(path -> Targets.linear(path, base))
                .toList();
    }

    @Override
    public long parameters(Architecture base) {
        return sites(base).stream()
                .mapToLong(site -> (long) rank * (base.inputOf(site) + base.outputOf(site)) + base.outputOf(site))
                .sum();
    }

    @Override
    public double learningRate(Architecture base) {
        return base.hidden() < 768 ? 1e-3 : 4e-4;
    }
}
