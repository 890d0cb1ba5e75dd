package dev.graft.method;

import dev.graft.model.Activation;
import dev.graft.model.Architecture;
import dev.graft.model.Delta;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The low-rank adapter, the baseline of Karimi Mahabadi et al. 2021 (arXiv 2106.04647, section 5): Houlsby's adapters, whose
 * matrices D and U are products of two thin ones. As defined by the authors' code ({@code seq2seq/adapters/low_rank_layer.py}
 * of rabeehk/compacter), generalised to any rank.
 *
 * <pre>
 *   y = h + phi(h A_D^T B_D^T + b_D) A_U^T B_U^T + b_U
 * </pre>
 *
 * All four start from Glorot's uniform with gain sqrt 2 and the biases at zero. That is not near the identity: with rank 1
 * every h changes by about 8% of its length at 384 wide and 4% at 768, some by twice as much. All normalisations train too.
 *
 * <p>Trains {@code 4L r (d + m)} scalars; {@code 2L(m + d)} in biases and {@code 2d(2L + 1)} in normalisations. Tensors:
 * {@code <layer>.<block>.low_rank.{down,up}.{a,b,bias}}.
 *
 * @param bottleneck m; null for d / 16, which is 24 at 384 wide and 48 at 768
 * @param rank r
 * @param activation phi; the authors' configuration uses GELU's tanh form
 * @param layernorm whether the base's normalisations train
 */
public record LowRankAdapter(@Nullable Integer bottleneck, int rank, Activation activation, NormPolicy layernorm)
        implements Method {
    public static final LowRankAdapter DEFAULT = new LowRankAdapter(null, 1, Activation.GELU_NEW, NormPolicy.TRAINED);

    private static final double GAIN = Math.sqrt(2);

    public LowRankAdapter {
        if (bottleneck != null && bottleneck < 1) {
            throw new IllegalArgumentException("bottleneck must be >= 1: " + bottleneck);
        }
        if (rank < 1) {
            throw new IllegalArgumentException("rank must be >= 1: " + rank);
        }
    }

    @Override
    public String name() {
        return "low-rank";
    }

    @Override
    public Axes axes() {
        return new Axes("attention, ffn", "bottleneck, low-rank maps", "output", "added", "elsewhere");
    }

    @Override
    public List<Delta> deltas(Architecture base, Initializer start) {
        return adapters().deltas(site -> bottleneck(site.path() + ".low_rank", base, start), base, start);
    }

    private SequentialAdapters adapters() {
        return new SequentialAdapters(Reads.OUTPUT, layernorm);
    }

    private Form bottleneck(String name, Architecture base, Initializer start) {
        int d = base.hidden();
        int m = width(base);
        return new DownUp(linear(name + ".down.", d, m, start), activation, linear(name + ".up.", m, d, start));
    }

    private Form linear(String name, int in, int out, Initializer start) {
        return new LowRankLinear(
                start.glorotUniform(name + "a", true, GAIN, rank, in),
                start.glorotUniform(name + "b", true, GAIN, out, rank),
                start.zeros(name + "bias", false, out));
    }

    private int width(Architecture base) {
        return bottleneck == null ? Math.max(1, base.hidden() / 16) : bottleneck;
    }

    @Override
    public long parameters(Architecture base) {
        return adapters().parameters((2L * rank + 1) * (base.hidden() + width(base)), base);
    }

    @Override
    public double learningRate(Architecture base) {
        return 3e-3;
    }
}
