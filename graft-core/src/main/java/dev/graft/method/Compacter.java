package dev.graft.method;

import dev.graft.model.Activation;
import dev.graft.model.Architecture;
import dev.graft.model.Delta;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Compacter, Karimi Mahabadi et al. 2021 (arXiv 2106.04647, section 4): Houlsby's adapters, whose matrices D and U are sums of
 * n Kronecker products of a rule that the whole model shares and a matrix of low rank.
 *
 * <pre>
 *   y = h + phi(h D + b_D) U + b_U        D, U = sum_i A_i (x) (s_i t_i)
 * </pre>
 *
 * The rule A starts from N(0, 1e-4), s and t from Glorot's uniform with gain sqrt 2 and the biases at zero, very near the
 * identity. D and U have at most rank {@code n^2 r}. All normalisations train too, as in the authors' code.
 *
 * <p>Trains {@code 4L r (d + m) + n^3} scalars; {@code 2L(m + d)} in biases and {@code 2d(2L + 1)} in normalisations
 * (methods.md 7). Tensors: {@code phm.rule} and {@code <layer>.<block>.phm.{down,up}.{left,right,bias}}; a rule of a
 * projection's own is {@code <layer>.<block>.phm.{down,up}.rule}, shared factors are {@code phm.{down,up}.{left,right}}.
 *
 * <p>Several tasks can share one rule: the first task's training makes it, and the adapters of others, which name that adapter
 * as {@code owner}, have a copy of it in their files. Where tasks train together, one rule can be trained for all of them (Sung
 * et al. 2022, arXiv 2112.06825); here it stays as the first task left it.
 *
 * @param bottleneck m, a multiple of n; null for d / 16 rounded up to one, which is 24 at 384 wide and 48 at 768
 * @param n the number of summands and the size of the rule; divides d
 * @param rank r
 * @param activation phi; the authors' configuration uses GELU's tanh form
 * @param reads what D reads: h for {@code output} as in the paper, or h as the layer would hand it on for {@code finished} as
 *     AdapterHub may have it
 * @param rule whether all projections share A; each one's own starts from N(0, 1e-2)
 * @param owner the directory of an adapter, perhaps of another task, whose A this one shares, so that it does not train here
 *     and is not counted; null for an A of its own
 * @param factors whether all down-projections share s and t, and all up-projections theirs
 * @param layernorm whether the base's normalisations train
 */
public record Compacter(
        @Nullable Integer bottleneck,
        int n,
        int rank,
        Activation activation,
        Reads reads,
        Sharing rule,
        @Nullable String owner,
        Sharing factors,
        NormPolicy layernorm)
        implements Method {
    public static final Compacter DEFAULT = new Compacter(
            null, 4, 1, Activation.GELU_NEW, Reads.OUTPUT, Sharing.SHARED, null, Sharing.OWN, NormPolicy.TRAINED);

    public Compacter {
        Hypercomplex.check(bottleneck, n, rank, rule, owner);
        SequentialAdapters.check(reads);
    }

    @Override
    public String name() {
        return "compacter";
    }

    @Override
    public Axes axes() {
        return new Axes("attention, ffn", "bottleneck, shared Kronecker rule", "output", "added", "near the base");
    }

    @Override
    public List<Delta> deltas(Architecture base, Initializer start) {
        return bottlenecks().deltas(base, start);
    }

    private Hypercomplex bottlenecks() {
        return new Hypercomplex(
                new SequentialAdapters(reads, layernorm), bottleneck, n, rank, activation, rule, owner, factors);
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
