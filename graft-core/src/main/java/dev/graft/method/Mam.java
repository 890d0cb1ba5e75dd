package dev.graft.method;

import dev.graft.model.Architecture;
import dev.graft.model.Delta;
import java.util.List;

/**
 * The mix-and-match adapter of He et al. 2022 (arXiv 2110.04366, section 4.6): a short prefix in every attention, and a scaled
 * parallel adapter beside every feed-forward sub-layer.
 *
 * <pre>
 *   head = softmax(q [P_K; K]^T / sqrt(e)) [P_V; V]
 *   h + s (ReLU(x D^T + b_D) U^T + b_U)
 * </pre>
 *
 * The sizes are the paper's for GLUE; for summaries and translation it has l = 30, r = 512, s = 4. Both parts start as they do
 * alone: the adapter as the base, the prefix elsewhere. Keeps {@code L(2ld + 2rd + r + d)} scalars; the network that makes the
 * prefix trains besides. Tensors: those of {@link Prefix} and {@link ScaledParallel}.
 *
 * @param length l
 * @param bottleneck r
 * @param scale s, which does not train
 * @param mlp the width of a network that makes the prefix in training, as the authors do; 0 for none
 */
public record Mam(int length, int bottleneck, double scale, int mlp) implements Method {
    public static final Mam DEFAULT = new Mam(16, 16, 2, 800);

    public Mam {
        parts(length, bottleneck, scale, mlp); // refuse what they refuse
    }

    private static Union parts(int length, int bottleneck, double scale, int mlp) {
        ScaledParallel plain = ScaledParallel.DEFAULT;
        return new Union(List.of(
                new Prefix(length, Prefix.DEFAULT.positions(), mlp == 0 ? null : mlp, null, 0),
                new ScaledParallel(
                        bottleneck,
                        plain.activation(),
                        plain.sites(),
                        new Scale.Fixed(scale),
                        plain.start(),
                        plain.dropout())));
    }

    private Union parts() {
        return parts(length, bottleneck, scale, mlp);
    }

    @Override
    public String name() {
        return "mam";
    }

    @Override
    public Axes axes() {
        return parts().axes();
    }

    @Override
    public List<Delta> deltas(Architecture base, Initializer start) {
        return parts().deltas(base, start);
    }

    @Override
    public Mam stored() {
        return new Mam(length, bottleneck, scale, 0);
    }

    @Override
    public long parameters(Architecture base) {
        return parts().parameters(base);
    }

    @Override
    public double learningRate(Architecture base) {
        return ScaledParallel.DEFAULT.learningRate(base); // the prefix's network learns as fast (methods.md 29)
    }
}
