package dev.graft.method;

import dev.graft.model.Architecture;
import dev.graft.model.Delta;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * LoRA on queries and values with a scaled parallel adapter beside every feed-forward sub-layer. Some texts call this the
 * mix-and-match adapter; the paper's is {@link Mam} (methods.md 12).
 *
 * <pre>
 *   q, v   y = x W^T + b + (alpha / r) x A^T B^T
 *   ffn    h + s (ReLU(x D^T + b_D) U^T + b_U)
 * </pre>
 *
 * Both parts start as the base. Trains {@code 4Ldr + L(2md + m + d)} scalars. Tensors: those of {@link Lora} and
 * {@link ScaledParallel}.
 *
 * @param rank r
 * @param alpha the numerator of LoRA's scale
 * @param bottleneck m; null for d / 16, which is 24 at 384 wide and 48 at 768
 * @param scale s, which does not train
 */
public record MamLora(int rank, double alpha, @Nullable Integer bottleneck, double scale) implements Method {
    public static final MamLora DEFAULT = new MamLora(8, 16, null, 2);

    public MamLora {
        parts(rank, alpha, bottleneck == null ? 1 : bottleneck, scale); // refuse what they refuse
    }

    private static Union parts(int rank, double alpha, int bottleneck, double scale) {
        ScaledParallel plain = ScaledParallel.DEFAULT;
        return new Union(List.of(
                new Lora(rank, alpha, Lora.DEFAULT.targets(), List.of(), 0),
                new ScaledParallel(
                        bottleneck,
                        plain.activation(),
                        plain.sites(),
                        new Scale.Fixed(scale),
                        plain.start(),
                        plain.dropout())));
    }

    private Union parts(Architecture base) {
        int width = bottleneck == null ? Math.max(1, base.hidden() / 16) : bottleneck;
        return parts(rank, alpha, width, scale);
    }

    @Override
    public String name() {
        return "mam-lora";
    }

    @Override
    public Axes axes() {
        return parts(rank, alpha, 1, scale).axes();
    }

    @Override
    public List<Delta> deltas(Architecture base, Initializer start) {
        return parts(base).deltas(base, start);
    }

    @Override
    public long parameters(Architecture base) {
        return parts(base).parameters(base);
    }

    @Override
    public double learningRate(Architecture base) {
        return parts(base).learningRate(base);
    }
}
