package dev.graft.method;

import dev.graft.method.Gated.Mean;
import dev.graft.model.Activation;
import dev.graft.model.Architecture;
import dev.graft.model.Delta;
import dev.graft.model.Site;
import dev.graft.tensor.Parameter;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One change from the four axes of He et al. 2022 (arXiv 2110.04366, section 3), for a method of one's own: where it acts,
 * what computes it, what that reads, and how it joins. Several of them, or one beside a built-in method, are a {@link Union}.
 *
 * <pre>
 *   bottleneck   h + scale (phi(r D^T + b_D) U^T + b_U)      low_rank   h + scale (r A^T B^T)
 * </pre>
 *
 * The first factor starts from Kaiming's uniform with a = sqrt 5, as LoRA's. The last one starts at zero, which is exactly the
 * base, or near it from N(0, 0.02). Trains {@code m (d_in + d_out)} scalars at each place, and a bottleneck {@code m + d_out}
 * more; a scale that trains 1 or {@code d_out}, and a gate {@code d_in + 1}. Tensors:
 * {@code <site>.<id>.{down,up,gate}.{weight,bias}} and {@code <site>.<id>.{a,b,scale}}.
 *
 * @param id what its tensors are called, to tell two changes at one place apart
 * @param where places by their name within a layer: ffn, attention, layer, query, ffn.inner, ...
 * @param layers the layers that get one; empty for all
 * @param form the functional form
 * @param size m: the width of the bottleneck, or the rank
 * @param activation phi; null for relu, and always without a bottleneck
 * @param reads what the form reads
 * @param scale what the change is multiplied by: a number, or a scale that trains
 * @param gate a gate in the place of the scale, by what it is averaged over; null for none
 * @param start the base itself or near it
 */
public record Custom(
        String id,
        List<String> where,
        List<Integer> layers,
        Shape form,
        int size,
        @Nullable Activation activation,
        Reads reads,
        Scale scale,
        @Nullable Mean gate,
        Begin start)
        implements Method {
    private static final double SIGMA = 0.02;
    private static final Scale ONE = new Scale.Fixed(1);
    private static final Pattern ID = Pattern.compile("[a-z][a-z0-9_-]*");

    public static final Custom DEFAULT = new Custom(
            "custom", List.of("ffn"), List.of(), Shape.BOTTLENECK, 16, null, Reads.INPUT, ONE, null, Begin.BASE);

    /** The functional forms that can be placed anywhere. */
    public enum Shape {
        BOTTLENECK,
        LOW_RANK
    }

    /** What the model computes before training. */
    public enum Begin {
        BASE,
        NEAR
    }

    public Custom {
        if (!ID.matcher(id).matches()) {
            throw new IllegalArgumentException("id must be a word of small letters and digits: '%s'".formatted(id));
        }
        if (where.isEmpty()) {
            throw new IllegalArgumentException("where must name at least one place, such as ffn: []");
        }
        if (size < 1) {
            throw new IllegalArgumentException("size must be >= 1: " + size);
        }
        if (form == Shape.LOW_RANK && activation != null) {
            throw new IllegalArgumentException(
                    "activation means nothing with form=low_rank, which is linear: " + activation);
        }
        if (gate != null && !scale.equals(ONE)) {
            throw new IllegalArgumentException(
                    "scale means nothing with a gate, which stands in its place: " + scale.json());
        }
        where = List.copyOf(where);
        layers = List.copyOf(layers);
    }

    @Override
    public String name() {
        return "custom";
    }

    @Override
    public Axes axes() {
        return new Axes(
                String.join(", ", where),
                form.name().toLowerCase(Locale.ROOT).replace('_', ' '),
                reads.name().toLowerCase(Locale.ROOT),
                gate != null ? "added, gated" : scale.equals(ONE) ? "added" : "added, scaled",
                start == Begin.BASE ? "the base" : "near the base");
    }

    @Override
    public List<Delta> deltas(Architecture base, Initializer start) {
        return places(base).stream()
                .<Delta>map(site -> new Change(site, form(site, base, start), reads, join(site, base, start)))
                .toList();
    }

    private List<Site> places(Architecture base) {
        return new Where(where, layers).in(base);
    }

    private Form form(Site site, Architecture base, Initializer start) {
        String name = site.path() + "." + id;
        int in = in(site, base);
        int out = base.outputOf(site);
        return switch (form) {
            case BOTTLENECK ->
                Bottleneck.of(
                        name,
                        start.kaimingUniform(name + ".down.weight", true, size, in),
                        last(name + ".up.weight", out, start),
                        activation == null ? Activation.RELU : activation,
                        0,
                        start);
            case LOW_RANK ->
                new LowRank(start.kaimingUniform(name + ".a", true, size, in), last(name + ".b", out, start), 0);
        };
    }

    private Join join(Site site, Architecture base, Initializer start) {
        String name = site.path() + "." + id;
        return gate == null
                ? scale.join(name, base.outputOf(site), start)
                : Gated.of(name + ".gate", in(site, base), gate, start);
    }

    private Parameter last(String name, int out, Initializer initializer) {
        return start == Begin.BASE
                ? initializer.zeros(name, true, out, size)
                : initializer.normal(name, true, SIGMA, out, size);
    }

    private int in(Site site, Architecture base) {
        return reads == Reads.INPUT ? base.inputOf(site) : base.outputOf(site);
    }

    @Override
    public long parameters(Architecture base) {
        return places(base).stream()
                .mapToLong(site -> {
                    int in = in(site, base);
                    int out = base.outputOf(site);
                    long join = gate == null ? scale.parameters(out) : in + 1;
                    return size * ((long) in + out) + (form == Shape.BOTTLENECK ? size + out : 0) + join;
                })
                .sum();
    }

    @Override
    public double learningRate(Architecture base) {
        return base.hidden() < 768 ? 1e-3 : 3e-4;
    }
}
