package dev.graft.tensor;

import java.util.List;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** The functions of a neural network. Ownership as in {@link Tensor}. */
public final class Functions {
    private static final long REDUCE_MEAN = 1;

    private Functions() {}

    /** {@code x W^T + b}: x [.., in], W [out, in], b [out] gives [.., out]. */
    public static Tensor linear(Tensor x, Tensor weight, @Nullable Tensor bias) {
        return Tensor.op(() -> torch.linear(x.handle, weight.handle, optional(bias)));
    }

    /** Layer normalisation over the last dimension in the type of x; weight and bias [d] may be of a wider type. */
    public static Tensor layerNorm(Tensor x, Tensor weight, Tensor bias, double epsilon) {
        if (x.dtype() != weight.dtype() && x.device().kind() == Device.Kind.CUDA) {
            // Only the CPU's kernel takes half-precision rows with full-precision weights.
            return layerNorm(x.to(weight.dtype()), weight, bias, epsilon).to(x.dtype());
        }
        long[] last = {x.size(-1)};
        return Tensor.op(() -> torch.layer_norm(x.handle, last, optional(weight), optional(bias), epsilon, false));
    }

    /** Rows of a table: table [v, d], INT64 ids [..] give [.., d]. */
    public static Tensor embedding(Tensor table, Tensor ids) {
        return Tensor.op(() -> torch.embedding(table.handle, ids.handle));
    }

    /**
     * As {@link #embedding}, but the gradient of a table that trains is kept only for the rows in ids: most rows of a large one have none.
     *
     * @param table a frozen tensor or a parameter, nothing that was computed from one
     */
    public static Tensor embeddingWithSparseGradient(Tensor table, Tensor ids) {
        return Tensor.op(() -> torch.embedding(table.handle, ids.handle, -1, false, true));
    }

    /**
     * Attention by libtorch's fused kernel: q [B, H, T, e], k and v [B, H, S, e] give [B, H, T, e].
     *
     * @param mask added to the scores, broadcast to [B, H, T, S]; null for none
     */
    public static Tensor attention(Tensor q, Tensor k, Tensor v, @Nullable Tensor mask) {
        return Tensor.op(() -> torch.scaled_dot_product_attention(
                q.handle, k.handle, v.handle, optional(mask), 0.0, false, new DoubleOptional(), false));
    }

    /**
     * Mean cross entropy: logits [n, C], INT64 targets [n].
     *
     * @param classWeights [C], or null for equal weights
     */
    public static Tensor crossEntropy(Tensor logits, Tensor targets, @Nullable Tensor classWeights) {
        return Tensor.op(() -> torch.cross_entropy_loss(
                logits.handle, targets.handle, optional(classWeights), REDUCE_MEAN, -100, 0.0));
    }

    /** Mean binary cross entropy: logits and targets (0 or 1) of one shape; weights [C] for positives, or null. */
    public static Tensor binaryCrossEntropy(Tensor logits, Tensor targets, @Nullable Tensor positiveWeights) {
        return Tensor.op(() -> torch.binary_cross_entropy_with_logits(
                logits.handle, targets.handle, new TensorOptional(), optional(positiveWeights), REDUCE_MEAN));
    }

    /** Mean squared error of two tensors of one shape. */
    public static Tensor meanSquaredError(Tensor predictions, Tensor targets) {
        return Tensor.op(() -> torch.mse_loss(predictions.handle, targets.handle));
    }

    /**
     * The states of a bidirectional LSTM over one sequence: x [T, d] gives [T, 2h], both directions side by side.
     *
     * <pre>
     *   i, f, g, o = W_ih x_t + b_ih + W_hh h_(t-1) + b_hh
     *   c_t = sigmoid(f) c_(t-1) + sigmoid(i) tanh(g);   h_t = sigmoid(o) tanh(c_t)
     * </pre>
     *
     * @param weights per layer and direction, forward first: W_ih [4h, in], W_hh [4h, h], b_ih [4h], b_hh [4h]
     */
    public static Tensor biLstm(Tensor x, List<Tensor> weights, int layers) {
        long hidden = weights.get(1).size(1);
        try (Scope scope = Scope.open()) {
            Tensor zero = Tensor.zeros(x.dtype(), x.device(), 2L * layers, 1, hidden); // [2 layers, 1, h]
            Tensor sequence = x.unsqueeze(1); // [T, 1, d]
            Tensor states = Tensor.op(() -> torch.lstm(
                            sequence.handle,
                            Tensor.vector(List.of(zero, zero)),
                            Tensor.vector(weights),
                            true,
                            layers,
                            0,
                            false,
                            true,
                            false)
                    .get0());
            return scope.keep(states.select(1, 0)); // [T, 2h]
        }
    }

    private static TensorOptional optional(@Nullable Tensor tensor) {
        return tensor == null ? new TensorOptional() : new TensorOptional(tensor.handle);
    }
}
