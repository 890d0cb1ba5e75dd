package dev.graft.method;

import dev.graft.model.Activation;
import dev.graft.model.Architecture;
import dev.graft.model.Delta;
import dev.graft.model.Site;
import dev.graft.model.Site.Sublayer.Block;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The adapter of Houlsby et al. 2019 (arXiv 1902.00751): in every layer a bottleneck after attention and one after the
 * feed-forward sub-layer, each before the residual is added and the norm that follows.
 *
 * <pre>
 *   y = h + phi(h D + b_D) U + b_U
 * </pre>
 *
 * D and U start from a normal with deviation {@code sigma}, cut off at two deviations, and the biases at zero, so an
 * adapter starts near the identity (methods.md 3.4). All normalisations train too, as in the paper; with
 * {@code layernorm=frozen} adapters can be stacked and fused.
 *
 * <p>Trains {@code 2L(2dm + m + d)} scalars with both blocks, and {@code 2d(2L + 1)} in normalisations. Tensors:
 * {@code <layer>.<block>.bottleneck.{down,up}.{weight,bias}}.
 *
 * @param bottleneck m; null for d / 12, which is 32 at 384 wide and 64 at 768
 * @param activation phi; the authors' code uses GELU's tanh form
 * @param sites the sub-layers that get an adapter
 * @param layernorm whether the base's normalisations train
 * @param sigma the deviation that D and U start from; the paper's is 1e-2
 */
public record Houlsby(
        @Nullable Integer bottleneck, Activation activation, List<Block> sites, NormPolicy layernorm, double sigma)
        implements Method {
    public static final Houlsby DEFAULT =
            new Houlsby(null, Activation.GELU_NEW, List.of(Block.ATTENTION, Block.FFN), NormPolicy.TRAINED, 1e-2);

    public Houlsby {
        if (bottleneck != null && bottleneck < 1) {
            throw new IllegalArgumentException("bottleneck must be >= 1: " + bottleneck);
        }
        SequentialAdapters.check(sites);
        if (!(sigma > 0 && sigma < 1)) {
            throw new IllegalArgumentException("sigma must be in (0, 1): " + sigma);
        }
        sites = List.copyOf(sites);
    }

    @Override
    public String name() {
        return "houlsby";
    }

    @Override
    public Axes axes() {
        return new Axes("attention, ffn", "bottleneck", "output", "added", "near the base");
    }

    @Override
    public List<Delta> deltas(Architecture base, Initializer start) {
        return adapters().deltas(site -> bottleneck(site, base, start), base, start);
    }

    private SequentialAdapters adapters() {
        return new SequentialAdapters(sites, Reads.OUTPUT, layernorm);
    }

    private Bottleneck bottleneck(Site site, Architecture base, Initializer start) {
        String name = site.path() + ".bottleneck";
        int d = base.hidden();
        int m = width(base);
        return Bottleneck.of(
                name,
                start.truncatedNormal(name + ".down.weight", true, sigma, m, d),
                start.truncatedNormal(name + ".up.weight", true, sigma, d, m),
                activation,
                0,
                start);
    }

    private int width(Architecture base) {
        return bottleneck == null ? Math.max(1, base.hidden() / 12) : bottleneck;
    }

    @Override
    public long parameters(Architecture base) {
        return adapters().parameters(Bottleneck.count(base.hidden(), width(base)), base);
    }

    @Override
    public double learningRate(Architecture base) {
        return base.hidden() < 768 ? 1e-3 : 3e-4;
    }
}
