package dev.graft.method;

import dev.graft.model.Architecture;
import dev.graft.model.Delta;
import dev.graft.model.Role;
import dev.graft.model.Site;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * LoRA, Hu et al. 2022 (arXiv 2106.09685): a linear map of low rank beside a frozen projection.
 *
 * <pre>
 *   y = x W^T + b + (alpha / r) x A^T B^T
 * </pre>
 *
 * A starts from Kaiming's uniform with a = sqrt 5 and B at zero, so the start is exactly the base; A has no gradient until
 * B has moved. Trains {@code r (d_in + d_out)} scalars per projection. Tensors: {@code <site>.lora.{a,b}}.
 *
 * @param rank r
 * @param alpha the numerator of the scale, which stays as it is when r changes
 * @param targets projections by role ({@code query}, {@code ffn.up}) or by site ({@code layer.0.attention.query})
 * @param layers the layers that get one; empty for all
 * @param dropout the share of x that the low-rank branch drops in training
 */
public record Lora(int rank, double alpha, List<String> targets, List<Integer> layers, double dropout)
        implements Method {
    public static final Lora DEFAULT = new Lora(8, 16, List.of("query", "value"), List.of(), 0);

    public Lora {
        if (rank < 1) {
            throw new IllegalArgumentException("rank must be >= 1: " + rank);
        }
        if (!(alpha > 0 && alpha < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("alpha must be > 0: " + alpha);
        }
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException("dropout must be in [0, 1): " + dropout);
        }
        if (targets.isEmpty()) {
            throw new IllegalArgumentException("targets must name at least one projection, such as query: []");
        }
        targets = List.copyOf(targets);
        layers = List.copyOf(layers);
    }

    @Override
    public String name() {
        return "lora";
    }

    @Override
    public Axes axes() {
        return new Axes("projections", "low-rank map", "input", "added, scaled", "the base");
    }

    @Override
    public List<Delta> deltas(Architecture base, Initializer start) {
        List<Delta> deltas = new ArrayList<>();
        for (Site.Linear site : sites(base)) {
            String name = site.path() + ".lora.";
            LowRank form = new LowRank(
                    start.kaimingUniform(name + "a", true, rank, base.inputOf(site)),
                    start.zeros(name + "b", true, base.outputOf(site), rank),
                    dropout);
            deltas.add(new Change(site, form, Reads.INPUT, new Scaled(alpha / rank)));
        }
        return deltas;
    }

    private List<Site.Linear> sites(Architecture base) {
        for (int layer : layers) {
            if (layer < 0 || layer >= base.layers()) {
                throw new IllegalArgumentException("layers must be in 0 to %d: %d".formatted(base.layers() - 1, layer));
            }
        }
        List<Site.Linear> existing = new ArrayList<>();
        for (Role role : Role.values()) {
            existing.addAll(base.linears(role));
        }
        List<Site.Linear> chosen = new ArrayList<>();
        for (String target : targets) {
            List<Site.Linear> matches = existing.stream()
                    .filter(site -> site.path().equals(target) || site.path().endsWith("." + target))
                    .filter(site -> layers.isEmpty() || layers.contains(site.layer()))
                    .toList();
            if (matches.isEmpty()) {
                throw new IllegalArgumentException(
                        "no projection matches target '%s' in layers %s; this base has %s in layers 0 to %d"
                                .formatted(
                                        target,
                                        layers.isEmpty() ? "0 and up" : layers,
                                        roles(base),
                                        base.layers() - 1));
            }
            matches.stream().filter(site -> !chosen.contains(site)).forEach(chosen::add);
        }
        return chosen;
    }

    private static List<String> roles(Architecture base) {
        return Arrays.stream(Role.values())
                .filter(role -> !base.linears(role).isEmpty())
                .map(Role::path)
                .toList();
    }

    @Override
    public long parameters(Architecture base) {
        return sites(base).stream()
                .mapToLong(site -> (long) rank * (base.inputOf(site) + base.outputOf(site)))
                .sum();
    }

    @Override
    public double learningRate(Architecture base) {
        return base.hidden() < 768 ? 1e-3 : 4e-4;
    }
}
