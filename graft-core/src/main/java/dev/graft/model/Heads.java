package dev.graft.model;

import dev.graft.tensor.DType;
import dev.graft.tensor.Device;
import dev.graft.tensor.Functions;
import dev.graft.tensor.Processor;
import dev.graft.tensor.Tensor;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What enters the softmax of one attention.
 *
 * @param input those rows of the sub-layer's input that attend, [B, R, d]: all T of a text, or in the last layer one
 * @param queries [B, H, R, e]
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
    /** What is added to the score of a key that may not be seen; no softmax survives it. */
    static final double UNSEEN = -1e30;

    /** Numbers in a vector register. On shorter rows libtorch's softmax goes element by element, ten times slower. */
    private static final long VECTOR = 16;

    /** The same in half precision. */
    private static final long HALF_VECTOR = 32;

    /** So many queries, and as many keys, make libtorch's fused kernel pack its products. */
    private static final long PACKED_ROWS = 64;

    /** The mask itself, and a zero since the processor multiplies half precision in pairs. */
    private static final long MASK_COORDINATES = 2;

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
        if (isFusedFast()) {
            return Functions.attention(queries, keys, values, mask);
        }
        if (keys.size(2) < VECTOR) {
            return padded(VECTOR).composed();
        }
        return composed();
    }

    /**
     * Whether libtorch's fused kernel is a fast one. Its products in half precision on a CPU go block by block, each as a call of its own, except
     * that with AMX it packs the blocks of a forward where there are rows enough. Its backward never does.
     */
    private boolean isFusedFast() {
        return queries.dtype() != DType.BFLOAT16
                || queries.device().kind() != Device.Kind.CPU
                || Processor.multipliesBfloat16Tiles()
                        && Math.min(queries.size(2), keys.size(2)) >= PACKED_ROWS
                        && Stream.of(queries, keys, values).noneMatch(Tensor::requiresGradient);
    }

    /** The same attention with masked keys behind the others, up to so many of them. */
    private Heads padded(long length) {
        long missing = length - keys.size(2);
        Tensor seen = mask == null ? Tensor.zeros(queries.dtype(), queries.device(), 1, 1, 1, keys.size(2)) : mask;
        return new Heads(
                input,
                queries,
                keys.padded(2, missing, 0),
                values.padded(2, missing, 0),
                seen.padded(3, missing, UNSEEN),
                keyProjection,
                valueProjection);
    }

    /**
     * The mask is added by the product: as one more coordinate of the keys, which meets a one in the queries. Adding it to the
     * scores would be a pass over T S numbers for each head.
     */
    private Tensor composed() {
        Tensor q = queries.times(1 / Math.sqrt(queries.size(-1)));
        Tensor k = keys;
        if (mask != null) {
            q = q.padded(3, MASK_COORDINATES, 1); // [B, H, T, e + 2]
            k = Tensor.concatenate(3, k, maskCoordinates(mask)); // [B, H, S, e + 2]
        }
        // A product copies what is not in one piece; a transposed copy takes longer.
        return weights(q.matmul(k.contiguous().transpose(2, 3))).matmul(values);
    }

    /** What the keys get: a mask, [B, 1, 1, S], and a zero for each key, [B, H, S, 2]. */
    private Tensor maskCoordinates(Tensor mask) {
        return mask.transpose(2, 3)
                .padded(3, MASK_COORDINATES - 1, 0)
                .expand(keys.size(0), keys.size(1), keys.size(2), MASK_COORDINATES);
    }

    /** {@code softmax(scores)}, [B, H, T, S]. */
    private Tensor weights(Tensor scores) {
        DType dtype = keys.size(2) < HALF_VECTOR ? scores.dtype().master() : scores.dtype();
        return scores.to(dtype).softmax(-1).to(scores.dtype());
    }
}
