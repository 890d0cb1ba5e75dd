package dev.graft.method;

import dev.graft.method.Gated.Mean;
import dev.graft.model.Architecture;
import dev.graft.model.Delta;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * UniPELT, Mao et al. 2022 (arXiv 2110.07577): Pfeiffer's adapter, a prefix and LoRA at once, each behind a gate that the text
 * itself opens, {@code G = mean_t sigmoid(x_t W_g + b_g)}, one number in (0, 1) for each text.
 *
 * <pre>
 *   adapter   h + G_A A(u)                       G_A reads u, what the adapter reads
 *   prefix    keys [G_P P_K; K], values [G_P P_V; V]   G_P reads the layer's input
 *   lora      W x + G_L B A x, on queries and values    G_L reads the layer's input, and stands for alpha / r
 * </pre>
 *
 * Parts start as they do alone, and the gates near one half: no start equals the base, and a prefix behind a closed gate is
 * not the base either, since keys of zero still take attention. Trains {@code L(2dm + m + d)}, {@code 2Lld} and {@code 4Ldr}
 * scalars, and {@code d + 1} for each of the four gates of a layer, besides the network that makes the prefix. Nothing merges. Tensors: those of the parts, and
 * {@code <layer>.ffn.gate}, {@code <layer>.attention.heads.prefix.gate} and {@code <layer>.attention.{query,value}.lora.gate}
 * with {@code weight} and {@code bias}.
 *
 * @param parts which of the three act
 * @param bottleneck m of the adapter; null for d / 16
 * @param length l of the prefix; null for 10
 * @param mlp the width of a network that makes the prefix in training; null for 512, 0 for none
 * @param rank r of LoRA; null for 8
 * @param gates over what a gate is averaged, or that there are none: then all stand open, and {@code alpha / r} is one
 */
public record UniPelt(
        List<Part> parts,
        @Nullable Integer bottleneck,
        @Nullable Integer length,
        @Nullable Integer mlp,
        @Nullable Integer rank,
        Gates gates)
        implements Method {
    public static final UniPelt DEFAULT = new UniPelt(List.of(Part.values()), null, null, null, null, Gates.MASKED);

    private static final int LENGTH = 10;
    private static final int MLP = 512;
    private static final int RANK = 8;

    /** The methods that it unites. */
    public enum Part {
        ADAPTER,
        PREFIX,
        LORA
    }

    /** What a gate is averaged over. */
    public enum Gates {
        /** The real positions, so that padding changes nothing. */
        MASKED(Mean.MASKED),
        /** All positions, padding included, as in the authors' code and AdapterHub. */
        LEGACY(Mean.LEGACY),
        /** There are no gates. */
        NONE(null);

        private final @Nullable Mean mean;

        Gates(@Nullable Mean mean) {
            this.mean = mean;
        }
    }

    public UniPelt {
        if (parts.isEmpty() || parts.size() != EnumSet.copyOf(parts).size()) {
            throw new IllegalArgumentException("parts must be of adapter, prefix and lora, each once: " + parts);
        }
        parts = List.copyOf(parts);
        check(parts, Part.ADAPTER, "bottleneck", bottleneck, 1);
        check(parts, Part.PREFIX, "length", length, 1);
        check(parts, Part.PREFIX, "mlp", mlp, 0);
        check(parts, Part.LORA, "rank", rank, 1);
    }

    private static void check(List<Part> parts, Part part, String option, @Nullable Integer value, int least) {
        if (value != null && !parts.contains(part)) {
            throw new IllegalArgumentException("%s means nothing without %s among the parts: %d"
                    .formatted(option, part.name().toLowerCase(Locale.ROOT), value));
        }
        if (value != null && value < least) {
            throw new IllegalArgumentException("%s must be >= %d: %d".formatted(option, least, value));
        }
    }

    @Override
    public String name() {
        return "unipelt";
    }

    @Override
    public Axes axes() {
        Axes all = union().axes();
        return new Axes(all.where(), all.what(), all.reads(), gates == Gates.NONE ? all.joins() : "gated", all.start());
    }

    @Override
    public List<Delta> deltas(Architecture base, Initializer start) {
        List<Delta> deltas = new ArrayList<>();
        if (parts.contains(Part.PREFIX)) {
            deltas.addAll(prefix().deltas(base, start, gates.mean));
        }
        if (parts.contains(Part.ADAPTER)) {
            deltas.addAll(adapter().deltas(base, start));
        }
        if (parts.contains(Part.LORA)) {
            lora().deltas(base, start).forEach(delta -> deltas.add(gated((Change) delta, base, start)));
        }
        return deltas;
    }

    private Change gated(Change lora, Architecture base, Initializer start) {
        if (gates.mean == null) {
            return lora;
        }
        String name = lora.site().path() + ".lora.gate";
        return new Change(
                lora.site(), lora.form(), lora.reads(), Gated.of(name, base.inputOf(lora.site()), gates.mean, start));
    }

    private Pfeiffer adapter() {
        Pfeiffer plain = Pfeiffer.DEFAULT;
        return new Pfeiffer(bottleneck, plain.activation(), plain.sites(), plain.reads(), plain.norms(), gates.mean);
    }

    private Prefix prefix() {
        Integer width = mlp == null ? (Integer) MLP : mlp == 0 ? null : mlp;
        return new Prefix(length == null ? LENGTH : length, Prefix.DEFAULT.positions(), width, null, 0);
    }

    private Lora lora() {
        int r = rank == null ? RANK : rank;
        return new Lora(r, r, Lora.DEFAULT.targets(), List.of(), 0);
    }

    private List<Method> methods() {
        return parts.stream()
                .<Method>map(part -> switch (part) {
                    case ADAPTER -> adapter();
                    case PREFIX -> prefix();
                    case LORA -> lora();
                })
                .toList();
    }

    private Method union() {
        return Methods.union(methods());
    }

    @Override
    public UniPelt stored() {
        return parts.contains(Part.PREFIX) ? new UniPelt(parts, bottleneck, length, 0, rank, gates) : this;
    }

    @Override
    public long parameters(Architecture base) {
        long gate = gates == Gates.NONE ? 0 : base.layers() * (base.hidden() + 1L);
        long ungated = (parts.contains(Part.PREFIX) ? gate : 0) + (parts.contains(Part.LORA) ? 2 * gate : 0);
        return union().parameters(base) + ungated;
    }

    @Override
    public double learningRate(Architecture base) {
        return 5e-4;
    }
}
