package dev.graft.method;

import dev.graft.method.Gated.Mean;
import dev.graft.method.Normed.Side;
import dev.graft.model.Activation;
import dev.graft.model.Architecture;
import dev.graft.model.Delta;
import dev.graft.model.Site;
import dev.graft.model.Site.Sublayer.Block;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The adapter of Pfeiffer et al. 2021 (AdapterFusion, arXiv 2005.00247, appendix A.2): one bottleneck per layer, on the
 * feed-forward sub-layer, which reads its output h as the layer would hand it on and is added to h before that happens. The
 * base's norm stands twice, and stays frozen.
 *
 * <pre>
 *   u   = LN(x + h)
 *   out = LN(x + h + phi(u D + b_D) U + b_U)
 * </pre>
 *
 * D and U start from N(0, 0.02) and the biases at zero, near the identity. Of the paper's search there are places, norms
 * and activations by option; UniPELT's gate starts from N(0, 0.02) too.
 *
 * <p>Trains {@code L(2dm + m + d)} scalars for each kind of site; {@code 2d} more for each norm and {@code d + 1} for a gate.
 * Tensors: {@code <layer>.<site>.bottleneck.{down,up}.{weight,bias}}, {@code <layer>.<site>.gate.{weight,bias}} and
 * {@code <layer>.<site>.norm_{before,after}.{weight,bias}}; what reads a norm is named behind it.
 *
 * @param bottleneck m; null for d / 16, which is 24 at 384 wide and 48 at 768
 * @param activation phi
 * @param sites where adapters act; behind the whole {@code layer} nothing follows, and u is its output
 * @param reads what an adapter reads: u for {@code finished}, h for {@code output}
 * @param norms trained normalisations around the bottleneck
 * @param gate a gate in front of the adapter's change, by what it is averaged over; null for none
 */
public record Pfeiffer(
        @Nullable Integer bottleneck,
        Activation activation,
        List<Place> sites,
        Reads reads,
        List<Side> norms,
        @Nullable Mean gate)
        implements Method {
    public static final Pfeiffer DEFAULT =
            new Pfeiffer(null, Activation.RELU, List.of(Place.FFN), Reads.FINISHED, List.of(), null);

    private static final double SIGMA = 0.02;

    /** Where an adapter acts in a layer. */
    public enum Place {
        /** On the output of the attention sub-layer. */
        ATTENTION,
        /** On the output of the feed-forward sub-layer. */
        FFN,
        /** Behind the whole layer. */
        LAYER;

        private Site in(int layer) {
            return switch (this) {
                case ATTENTION -> new Site.Sublayer(layer, Block.ATTENTION);
                case FFN -> new Site.Sublayer(layer, Block.FFN);
                case LAYER -> new Site.Layer(layer);
            };
        }
    }

    public Pfeiffer {
        if (bottleneck != null && bottleneck < 1) {
            throw new IllegalArgumentException("bottleneck must be >= 1: " + bottleneck);
        }
        if (sites.isEmpty() || sites.size() != Set.copyOf(sites).size()) {
            throw new IllegalArgumentException("sites must be of attention, ffn and layer, each once: " + sites);
        }
        if (reads == Reads.INPUT) {
            throw new IllegalArgumentException("reads must be finished or output: input, which is what parallel reads");
        }
        if (norms.size() != Set.copyOf(norms).size()) {
            throw new IllegalArgumentException("norms must be of before and after, each once: " + norms);
        }
        sites = List.copyOf(sites);
        norms = List.copyOf(norms);
    }

    @Override
    public String name() {
        return "pfeiffer";
    }

    @Override
    public Axes axes() {
        return new Axes("ffn", "bottleneck", "output through the norm", "added", "near the base");
    }

    @Override
    public List<Delta> deltas(Architecture base, Initializer start) {
        List<Delta> deltas = new ArrayList<>();
        for (int layer = 0; layer < base.layers(); layer++) {
            for (Place place : sites) {
                Site site = place.in(layer);
                deltas.add(new Change(site, form(site.path(), base, start), reads, join(site.path(), base, start)));
            }
        }
        return deltas;
    }

    private Form form(String site, Architecture base, Initializer start) {
        int d = base.hidden();
        int m = width(base);
        String name = site + (norms.contains(Side.BEFORE) ? ".norm_before.bottleneck" : ".bottleneck");
        Form form = Bottleneck.of(
                name,
                start.normal(name + ".down.weight", true, SIGMA, m, d),
                start.normal(name + ".up.weight", true, SIGMA, d, m),
                activation,
                0,
                start);
        if (norms.contains(Side.BEFORE)) {
            form = normed(form, Side.BEFORE, site + ".norm_before", d, start);
        }
        return norms.contains(Side.AFTER) ? normed(form, Side.AFTER, site + ".norm_after", d, start) : form;
    }

    private static Form normed(Form form, Side side, String name, int d, Initializer start) {
        return new Normed(form, side, start.ones(name + ".weight", false, d), start.zeros(name + ".bias", false, d));
    }

    private Join join(String site, Architecture base, Initializer start) {
        return gate == null ? Join.ADDED : Gated.of(site + ".gate", base.hidden(), gate, start);
    }

    private int width(Architecture base) {
        return bottleneck == null ? Math.max(1, base.hidden() / 16) : bottleneck;
    }

    @Override
    public long parameters(Architecture base) {
        long d = base.hidden();
        long adapter = Bottleneck.count(d, width(base)) + norms.size() * 2 * d + (gate == null ? 0 : d + 1);
        return base.layers() * sites.size() * adapter;
    }

    @Override
    public double learningRate(Architecture base) {
        return base.hidden() < 768 ? 1e-3 : 3e-4;
    }
}
