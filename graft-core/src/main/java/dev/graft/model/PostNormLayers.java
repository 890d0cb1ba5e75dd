package dev.graft.model;

import dev.graft.model.Site.Sublayer.Block;
import dev.graft.tensor.DType;
import dev.graft.tensor.Scope;
import dev.graft.tensor.Tensor;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The layers of BERT and its kin, which normalise behind the residual (Vaswani et al. 2017, arXiv 1706.03762).
 *
 * <pre>
 *   a   = Attention(x) W_o + b_o;           h1  = LN(x + a)
 *   f   = act(h1 W_1 + b_1) W_2 + b_2;      out = LN(h1 + f)
 * </pre>
 */
record PostNormLayers(EncoderSizes sizes) {
    /** The tensors of one layer, which it names {@code owner.*}. */
    static Shapes shapes(String owner, EncoderSizes sizes) {
        long d = sizes.hidden();
        Shapes shapes = new Shapes();
        for (String role : List.of("query", "key", "value", "output")) {
            shapes.linear(owner + ".attention." + role, d, d);
        }
        return shapes.norm(owner + ".attention.norm", d)
                .linear(owner + ".ffn.up", sizes.ffn(), d)
                .linear(owner + ".ffn.down", d, sizes.ffn())
                .norm(owner + ".ffn.norm", d);
    }

    /**
     * All layers, [B, T, d] to [B, R, d].
     *
     * @param read the rows of the last layer that something reads, [B, T, d] to [B, R, d]; the others are its keys and values only
     */
    Tensor run(Tensor h, UnaryOperator<Tensor> read, Pass pass) {
        Tensor mask = attentionMask(pass.mask(), pass.dtype()); // [B, 1, 1, T]
        for (int i = 0; i < sizes.layers(); i++) {
            try (Scope scope = Scope.open()) {
                boolean last = i == sizes.layers() - 1;
                h = scope.keep(layer(i, h, last ? read.apply(h) : h, mask, pass));
            }
        }
        return h;
    }

    /** The rows x, [B, R, d], over the texts that they belong to, [B, T, d]. */
    private Tensor layer(int i, Tensor text, Tensor x, @Nullable Tensor mask, Pass pass) {
        Tensor a = attention(i, text, x, mask, pass); // [B, R, d]
        Tensor h1 = addAndNorm(i, Block.ATTENTION, x, a, pass);
        Tensor f = feedForward(i, h1, pass); // [B, R, d]
        Tensor out = addAndNorm(i, Block.FFN, h1, f, pass);
        return pass.output(new Site.Layer(i), x, out, h -> h);
    }

    private Tensor attention(int i, Tensor text, Tensor x, @Nullable Tensor mask, Pass pass) {
        UnaryOperator<Tensor> keys = y -> split(pass.linear(new Site.Linear(i, Role.KEY), y));
        UnaryOperator<Tensor> values = y -> split(pass.linear(new Site.Linear(i, Role.VALUE), y));
        Tensor q = split(pass.linear(new Site.Linear(i, Role.QUERY), x)); // [B, H, R, e]
        Heads inputs = new Heads(x, q, keys.apply(text), values.apply(text), mask, keys, values);
        Tensor heads = pass.attend(new Site.Heads(i), inputs); // [B, H, R, e]
        Tensor joined = heads.transpose(1, 2).reshape(x.size(0), x.size(1), sizes.hidden()); // [B, R, d]
        return pass.baseDropout(
                pass.linear(new Site.Linear(i, Role.ATTENTION_OUT), joined), "layer." + i + ".attention");
    }

    private Tensor feedForward(int i, Tensor h1, Pass pass) {
        Tensor up = pass.linear(new Site.Linear(i, Role.FFN_UP), h1); // [B, R, f]
        Tensor inner = pass.output(new Site.Inner(i), up, sizes.activation().apply(up), UnaryOperator.identity());
        return pass.baseDropout(pass.linear(new Site.Linear(i, Role.FFN_DOWN), inner), "layer." + i + ".ffn");
    }

    private Tensor addAndNorm(int i, Block block, Tensor x, Tensor h, Pass pass) {
        Site.Sublayer site = new Site.Sublayer(i, block);
        Site.Norm norm = new Site.Norm(site.path() + ".norm");
        Tensor changed = pass.output(site, x, h, u -> pass.norm(norm, u.plus(x), sizes.normEpsilon()));
        return pass.norm(norm, changed.plus(x), sizes.normEpsilon());
    }

    /** [B, T, d] to [B, H, T, e]. */
    private Tensor split(Tensor x) {
        return x.reshape(x.size(0), x.size(1), sizes.heads(), sizes.headSize()).transpose(1, 2);
    }

    /** Zero where a key may be seen and a number that no softmax survives elsewhere; null without padding. */
    private static @Nullable Tensor attentionMask(Tensor mask, DType dtype) {
        Tensor padding = mask.times(-1).plus(1).to(dtype);
        return padding.max().item() == 0
                ? null
                : padding.times(Heads.UNSEEN).unsqueeze(1).unsqueeze(1);
    }
}
