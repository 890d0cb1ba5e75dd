package dev.graft.model;

import dev.graft.tensor.DType;
import dev.graft.tensor.Device;
import dev.graft.tensor.Functions;
import dev.graft.tensor.Tensor;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What enters the softmax of one attention.
 *
 * @param input the sub-layer's input, [B, T, d]
 * @param queries [B, H, T, e]
 * @param keys [B, H, S, e]
 * @param values [B, H, S, e]
 * @param mask added to the scores, [B, 1, 1, S], in the type of the queries; null where every key may be seen
 * @param keyProjection the frozen projection that makes keys, [B, T, d] to [B, H, T, e]
 * @param valueProjection the frozen projection that makes values, [B, T, d] to [B, H, T, e]
 */
public record Heads(
        Tensor input,
        Tensor queries,
        Tensor keys,
        Tensor values,
        @Nullable Tensor mask,
        UnaryOperator<Tensor> keyProjection,
        UnaryOperator<Tensor> valueProjection) {
    private static final long SHORT_ROW = 64;

    /**
     * The same attention with keys and values that every query sees put before the others.
     *
     * @param moreKeys [B, H, l, e]
     * @param moreValues [B, H, l, e]
     */
    public Heads prepend(Tensor moreKeys, Tensor moreValues) {
        Tensor longer = mask;
        if (mask != null) {
            Tensor visible = Tensor.zeros(mask.dtype(), mask.device(), mask.size(0), 1, 1, moreKeys.size(2));
            longer = Tensor.concatenate(3, visible, mask); // [B, 1, 1, l + S]
        }
        return new Heads(
                input,
                queries,
                Tensor.concatenate(2, moreKeys, keys), // [B, H, l + S, e]
                Tensor.concatenate(2, moreValues, values),
                longer,
                keyProjection,
                valueProjection);
    }

    /**
     * The same queries over other keys and values, all of which may be seen.
     *
     * @param otherKeys [B, H, l, e]
     * @param otherValues [B, H, l, e]
     */
    public Heads over(Tensor otherKeys, Tensor otherValues) {
        return new Heads(input, queries, otherKeys, otherValues, null, keyProjection, valueProjection);
    }

    /** {@code softmax(q k^T / sqrt(e) + mask) v}, [B, H, T, e]. */
    public Tensor attend() {
        // libtorch's fused kernel has a slow backward in bf16 on a CPU; composed, the products run on AMX.
        if (queries.dtype() != DType.BFLOAT16 || queries.device().kind() != Device.Kind.CPU) {
            return Functions.attention(queries, keys, values, mask);
        }
        double scale = 1 / Math.sqrt(queries.size(-1));
        Tensor scores = queries.times(scale).matmul(keys.transpose(2, 3)); // [B, H, T, S]
        return weights(scores).matmul(values);
    }

    /** {@code softmax(scores + mask)}, [B, H, T, S]. */
    private Tensor weights(Tensor scores) {
        // On rows this short libtorch's half-precision kernels go element by element, four times slower than these.
        DType dtype = keys.size(2) < SHORT_ROW ? scores.dtype().master() : scores.dtype();
        Tensor masked = mask == null ? scores.to(dtype) : scores.plus(mask.to(dtype));
        return masked.softmax(-1).to(scores.dtype());
    }
}
