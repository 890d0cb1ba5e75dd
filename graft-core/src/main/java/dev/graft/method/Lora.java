package dev.graft.method;

import dev.graft.model.Architecture;
import dev.graft.model.Delta;
import dev.graft.model.Site;
import dev.graft.model.Site.Embedding.Stage;
import dev.graft.tensor.Parameter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * LoRA, Hu et al. 2022 (arXiv 2106.09685): a linear map of low rank beside a frozen projection, or beside the word table.
 *
 * <pre>
 *   y = x W^T + b + s x A^T B^T,   s = alpha / r,   or alpha / sqrt r when stabilised (Kalajdzievski 2023, arXiv 2312.03732)
 * </pre>
 *
 * A starts from Kaiming's uniform with a = sqrt 5 and B at zero, so the start is exactly the base; A has no gradient until
 * B has moved. Beside the word table, which looks up {@code E[i] + s A^T[i] B^T}, A starts at zero and B from N(0, 1). Trains
 * {@code r (d_in + d_out)} scalars per projection, {@code r (V + d)} for the table, and the biases that are chosen. Tensors:
 * {@code <projection>.lora.{a,b,bias}} and {@code embedding.word.lora.table.{a,b}}; un-frozen biases have the base's names.
 *
 * @param rank r
 * @param alpha the numerator of the scale, which stays as it is when r changes
 * @param targets projections by role ({@code query}, {@code ffn.up}) or by path ({@code layer.0.attention.query}), and
 *     {@code embedding.word}
 * @param layers the layers whose projections get one; empty for all
 * @param dropout the share of x that the low-rank branch drops in training
 * @param ranks other ranks by role or path, the first that fits counts
 * @param alphas other alphas in the same way
 * @param stabilised whether the scale falls with the root of the rank only
 * @param bias which biases train
 */
public record Lora(
        int rank,
        double alpha,
        List<String> targets,
        List<Integer> layers,
        double dropout,
        Map<String, Integer> ranks,
        Map<String, Double> alphas,
        boolean stabilised,
        Bias bias)
        implements Method {
    public static final Lora DEFAULT = new Lora(8, 16, List.of("query", "value"), List.of(), 0);

    private static final String WORDS = "embedding.word";

    /** Which biases train. */
    public enum Bias {
        NONE,
        /** Every bias of the base. */
        ALL,
        /** The base's biases of the chosen projections. */
        LORA_ONLY,
        /** One that each low-rank map has of its own, scaled as the map is. */
        OWN
    }

    public Lora {
        requireRank("rank", rank);
        requireAlpha("alpha", alpha);
        ranks.forEach((target, r) -> requireRank("ranks: " + target, r));
        alphas.forEach((target, value) -> requireAlpha("alphas: " + target, value));
        requireDropout(dropout);
        if (targets.isEmpty()) {
            throw new IllegalArgumentException("targets must name at least one projection, such as query: []");
        }
        targets = List.copyOf(targets);
        layers = List.copyOf(layers);
        ranks = Collections.unmodifiableMap(new LinkedHashMap<>(ranks)); // the first that fits counts
        alphas = Collections.unmodifiableMap(new LinkedHashMap<>(alphas));
    }

    /** One rank and one alpha everywhere, and no bias. */
    public Lora(int rank, double alpha, List<String> targets, List<Integer> layers, double dropout) {
        this(rank, alpha, targets, layers, dropout, Map.of(), Map.of(), false, Bias.NONE);
    }

    static void requireRank(String option, int rank) {
        if (rank < 1) {
            throw new IllegalArgumentException(option + " must be >= 1: " + rank);
        }
    }

    static void requireAlpha(String option, double alpha) {
        if (!(alpha > 0 && alpha < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(option + " must be > 0: " + alpha);
        }
    }

    static void requireDropout(double dropout) {
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException("dropout must be in [0, 1): " + dropout);
        }
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
    public boolean merges() {
        return true;
    }

    @Override
    public List<Delta> deltas(Architecture base, Initializer start) {
        List<Delta> deltas = new ArrayList<>();
        for (String target : chosen(base)) {
            deltas.add(target.equals(WORDS) ? table(base, start) : projection(target, base, start));
        }
        deltas.addAll(Unfrozen.copies(biases(base), start));
        return deltas;
    }

    private Change projection(String target, Architecture base, Initializer start) {
        Site.Linear site = Targets.linear(target, base);
        String name = target + ".lora.";
        int r = rankAt(target);
        Parameter own = bias == Bias.OWN ? start.zeros(name + "bias", false, base.outputOf(site)) : null;
        LowRank form = new LowRank(
                start.kaimingUniform(name + "a", true, r, base.inputOf(site)),
                start.zeros(name + "b", true, base.outputOf(site), r),
                own,
                dropout);
        return new Change(site, form, Reads.INPUT, new Scaled(scaleAt(target)));
    }

    private Change table(Architecture base, Initializer start) {
        String name = WORDS + ".lora.table.";
        int r = rankAt(WORDS);
        LowRankTable form = new LowRankTable(
                start.zeros(name + "a", true, r, base.vocabulary()),
                start.normal(name + "b", true, 1, base.embedding(), r));
        return new Change(new Site.Embedding(Stage.TABLE), form, Reads.INPUT, new Scaled(scaleAt(WORDS)));
    }

    /** The rank at a target, given by its path. */
    public int rankAt(String target) {
        return first(ranks, target, rank);
    }

    /** The alpha at a target, given by its path. */
    public double alphaAt(String target) {
        return first(alphas, target, alpha);
    }

    private double scaleAt(String target) {
        int r = rankAt(target);
        return alphaAt(target) / (stabilised ? Math.sqrt(r) : r);
    }

    private static <T> T first(Map<String, T> byTarget, String target, T otherwise) {
        return byTarget.entrySet().stream()
                .filter(entry -> Targets.hits(entry.getKey(), target))
                .findFirst()
                .map(Map.Entry::getValue)
                .orElse(otherwise);
    }

    /** The paths of what gets a low-rank map. */
    private List<String> chosen(Architecture base) {
        List<String> existing = new ArrayList<>(layers.isEmpty() ? List.of(WORDS) : List.of());
        existing.addAll(Targets.linears(layers, base));
        List<String> chosen = Targets.choose(Targets.projection(layers), targets, existing);
        for (Map<String, ?> patterns : List.of(ranks, alphas)) {
            Targets.choose("target", List.copyOf(patterns.keySet()), chosen);
        }
        return chosen;
    }

    private List<String> biases(Architecture base) {
        return switch (bias) {
            case NONE, OWN -> List.of();
            case ALL -> Unfrozen.biases(base);
            case LORA_ONLY ->
                chosen(base).stream()
                        .filter(target -> !target.equals(WORDS))
                        .map(target -> base.canonical(target + ".bias"))
                        .distinct()
                        .toList();
        };
    }

    @Override
    public long parameters(Architecture base) {
        long maps = chosen(base).stream()
                .mapToLong(target -> target.equals(WORDS)
                        ? (long) rankAt(WORDS) * (base.vocabulary() + base.embedding())
                        : projectionSize(target, base))
                .sum();
        return maps + Unfrozen.count(biases(base), base);
    }

    private long projectionSize(String target, Architecture base) {
        Site.Linear site = Targets.linear(target, base);
        int out = base.outputOf(site);
        return (long) rankAt(target) * (base.inputOf(site) + out) + (bias == Bias.OWN ? out : 0);
    }

    @Override
    public double learningRate(Architecture base) {
        return base.hidden() < 768 ? 1e-3 : 4e-4;
    }
}
