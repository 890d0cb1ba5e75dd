package dev.graft.method;

import dev.graft.model.Activation;
import dev.graft.model.Architecture;
import dev.graft.model.Delta;
import dev.graft.model.Site.Sublayer.Block;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The PHM adapter of Karimi Mahabadi et al. 2021 (arXiv 2106.04647, section 3): Houlsby's adapters, whose matrices D and U are
 * sums of n Kronecker products. With {@code rule=shared} they are Compacter's with whole B, and with {@code sites=ffn} Compacter++'s.
 *
 * <pre>
 *   y = h + phi(h D + b_D) U + b_U        D, U = sum_i A_i (x) B_i
 * </pre>
 *
 * Every D and U has a rule A of its own, from N(0, 1e-2); with {@code rule=shared} there is one for the whole model, from
 * N(0, 1e-4). B starts from Glorot's uniform with gain sqrt 2 and the biases at zero, near the identity. All normalisations
 * train too, as in the authors' code.
 *
 * <p>With both sites trains {@code 4L(n^3 + dm / n)} scalars, {@code 4L dm / n + n^3} with a shared rule; {@code 2L(m + d)} in
 * biases and {@code 2d(2L + 1)} in normalisations. Tensors: {@code <layer>.<block>.phm.{down,up}.{rule,weight,bias}}, and
 * {@code phm.rule} for a shared one.
 *
 * @param bottleneck m, a multiple of n; null for d / 16 rounded up to one, which is 24 at 384 wide and 48 at 768
 * @param n the number of summands and the size of a rule; divides d
 * @param activation phi; the authors' configurations use GELU's tanh form
 * @param sites the sub-layers that get an adapter
 * @param reads what D reads: h for {@code output} as in the authors' code, or h as the layer would hand it on for {@code finished} as
 *     AdapterHub may have it
 * @param rule whether each projection has a rule of its own or all share one
 * @param owner the directory of an adapter, perhaps of another task, whose A this one shares, so that it does not train here
 *     and is not counted; null for an A of its own
 * @param layernorm whether the base's normalisations train
 */
public record Phm(
        @Nullable Integer bottleneck,
        int n,
        Activation activation,
        List<Block> sites,
        Reads reads,
        Sharing rule,
        @Nullable String owner,
        NormPolicy layernorm)
        implements Method {
    public static final Phm DEFAULT = new Phm(
            null,
            4,
            Activation.GELU_NEW,
            List.of(Block.ATTENTION, Block.FFN),
            Reads.OUTPUT,
            Sharing.OWN,
            null,
            NormPolicy.TRAINED);

    public Phm {
        Hypercomplex.check(bottleneck, n, null, rule, owner);
        SequentialAdapters.check(sites);
        SequentialAdapters.check(reads);
        sites = List.copyOf(sites);
    }

    @Override
    public String name() {
        return "phm";
    }

    @Override
    public Axes axes() {
        return new Axes("attention, ffn", "bottleneck, Kronecker sums", "output", "added", "near the base");
    }

    @Override
    public List<Delta> deltas(Architecture base, Initializer start) {
        return bottlenecks().deltas(base, start);
    }

    private Hypercomplex bottlenecks() {
        return new Hypercomplex(
                new SequentialAdapters(sites, reads, layernorm),
                bottleneck,
                n,
                null,
                activation,
                rule,
                owner,
                Sharing.OWN);
    }

    @Override
    public long parameters(Architecture base) {
        return bottlenecks().parameters(base);
    }

    @Override
    public double learningRate(Architecture base) {
        return 3e-3;
    }
}
