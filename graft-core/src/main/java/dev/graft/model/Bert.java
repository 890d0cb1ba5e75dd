package dev.graft.model;

import dev.graft.model.Site.Embedding.Stage;
import dev.graft.model.Site.Sublayer.Block;
import dev.graft.tensor.DType;
import dev.graft.tensor.Device;
import dev.graft.tensor.Functions;
import dev.graft.tensor.Scope;
import dev.graft.tensor.Tensor;
import dev.graft.weights.TensorSource;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * BERT, Devlin et al. 2019 (arXiv 1810.04805): post-norm encoder layers with learned positions.
 *
 * <pre>
 *   h0  = LN(word + position + type)
 *   a   = Attention(x) W_o + b_o;           h1  = LN(x + a)
 *   f   = act(h1 W_1 + b_1) W_2 + b_2;      out = LN(h1 + f)
 * </pre>
 */
final class Bert implements Backbone {
    private static final Site.Norm EMBEDDING_NORM = new Site.Norm("embedding.norm");
    private static final Site.Linear POOLER = new Site.Linear(0, Role.POOLER);

    private final BertConfig config;
    private final BertTensors tensors;
    private final Architecture architecture;

    Bert(BertConfig config, TensorSource source, Pooling pooling, DType dtype, Device device) {
        this.config = config;
        this.tensors = new BertTensors(config, source, pooling, dtype, device);
        this.architecture = new Architecture(
                "bert",
                config.layers(),
                config.hidden(),
                config.heads(),
                config.ffn(),
                config.vocabulary(),
                config.positions(),
                tensors.base().shapes());
    }

    @Override
    public Hidden forward(Batch batch, Deltas deltas, Mode mode) {
        Pass text = new Pass(tensors.base(), deltas, mode, batch.mask());
        Embedded embedded = embed(batch, text);
        Pass pass = text.over(embedded.mask());
        Tensor mask = attentionMask(embedded.mask()); // [B, 1, 1, T]
        Tensor h = embedded.states(); // [B, T, d]
        for (int i = 0; i < config.layers(); i++) {
            try (Scope scope = Scope.open()) {
                h = scope.keep(layer(i, h, mask, pass));
            }
        }
        return new Hidden(h, embedded.text());
    }

    private Embedded embed(Batch batch, Pass pass) {
        Tensor rows = Functions.embedding(pass.tensor("embedding.word.weight"), batch.ids()); // [B, T, d]
        Tensor words = pass.output(new Site.Embedding(Stage.TABLE), batch.ids(), rows, UnaryOperator.identity());
        Embedded input = pass.embedding(
                new Site.Embedding(Stage.INPUT), new Embedded(words, batch.types(), batch.mask(), batch.mask(), 0));
        long length = input.states().size(1);
        checkLength(length + input.positionOffset());
        Tensor positions = pass.tensor("embedding.position.weight").narrow(0, input.positionOffset(), length); // [T, d]
        Tensor types = Functions.embedding(pass.tensor("embedding.type.weight"), input.types()); // [B, T, d]
        Tensor sum = input.states().plus(positions).plus(types);
        Tensor states = pass.baseDropout(pass.norm(EMBEDDING_NORM, sum, config.normEpsilon()), "embedding");
        return pass.embedding(new Site.Embedding(Stage.OUTPUT), input.withStates(states));
    }

    private void checkLength(long rows) {
        if (rows > config.positions()) {
            throw new ModelException(
                    "a text of %d positions, inserted ones counted, is longer than the %d of this base; lower --max-length"
                            .formatted(rows, config.positions()));
        }
    }

    private Tensor layer(int i, Tensor x, @Nullable Tensor mask, Pass pass) {
        Tensor a = attention(i, x, mask, pass); // [B, T, d]
        Tensor h1 = addAndNorm(i, Block.ATTENTION, x, a, pass);
        Tensor f = feedForward(i, h1, pass); // [B, T, d]
        Tensor out = addAndNorm(i, Block.FFN, h1, f, pass);
        return pass.output(new Site.Layer(i), x, out, h -> h);
    }

    private Tensor attention(int i, Tensor x, @Nullable Tensor mask, Pass pass) {
        UnaryOperator<Tensor> keys = y -> split(pass.linear(new Site.Linear(i, Role.KEY), y));
        UnaryOperator<Tensor> values = y -> split(pass.linear(new Site.Linear(i, Role.VALUE), y));
        Tensor q = split(pass.linear(new Site.Linear(i, Role.QUERY), x)); // [B, H, T, e]
        Heads inputs = new Heads(x, q, keys.apply(x), values.apply(x), mask, keys, values);
        Tensor heads = pass.attend(new Site.Heads(i), inputs); // [B, H, T, e]
        Tensor joined = heads.transpose(1, 2).reshape(x.size(0), x.size(1), config.hidden()); // [B, T, d]
        return pass.baseDropout(
                pass.linear(new Site.Linear(i, Role.ATTENTION_OUT), joined), "layer." + i + ".attention");
    }

    private Tensor feedForward(int i, Tensor h1, Pass pass) {
        Tensor up = pass.linear(new Site.Linear(i, Role.FFN_UP), h1); // [B, T, f]
        Tensor inner = pass.output(new Site.Inner(i), up, config.activation().apply(up), UnaryOperator.identity());
        return pass.baseDropout(pass.linear(new Site.Linear(i, Role.FFN_DOWN), inner), "layer." + i + ".ffn");
    }

    private Tensor addAndNorm(int i, Block block, Tensor x, Tensor h, Pass pass) {
        Site.Sublayer site = new Site.Sublayer(i, block);
        Site.Norm norm = new Site.Norm(site.path() + ".norm");
        Tensor changed = pass.output(site, x, h, u -> pass.norm(norm, u.plus(x), config.normEpsilon()));
        return pass.norm(norm, changed.plus(x), config.normEpsilon());
    }

    /** [B, T, d] to [B, H, T, e]. */
    private Tensor split(Tensor x) {
        return x.reshape(x.size(0), x.size(1), config.heads(), architecture.headSize())
                .transpose(1, 2);
    }

    /** Zero where a key may be seen and a number that no softmax survives elsewhere; null without padding. */
    private @Nullable Tensor attentionMask(Tensor mask) {
        Tensor padding = mask.times(-1).plus(1).to(dtype());
        return padding.max().item() == 0
                ? null
                : padding.times(-1e30).unsqueeze(1).unsqueeze(1);
    }

    @Override
    public Tensor pool(Hidden hidden, Pooling pooling, Deltas deltas, Mode mode) {
        Tensor pooled = switch (pooling) {
            case CLS -> hidden.first();
            case MEAN -> hidden.mean();
            case POOLER -> pooler(hidden, deltas, mode);
        };
        return pooled.to(dtype().master());
    }

    private Tensor pooler(Hidden hidden, Deltas deltas, Mode mode) {
        if (!tensors.base().contains("pooler.weight")) {
            throw new ModelException("this base was opened without its pooler; open it with pooler pooling");
        }
        Pass pass = new Pass(tensors.base(), deltas, mode, hidden.text());
        return pass.linear(POOLER, hidden.first()).tanh();
    }

    @Override
    public Architecture architecture() {
        return architecture;
    }

    @Override
    public DType dtype() {
        return tensors.base().dtype();
    }

    @Override
    public Device device() {
        return tensors.base().device();
    }

    @Override
    public Tensor tensor(String name) {
        return tensors.base().get(name);
    }

    @Override
    public String huggingFaceName(String tensor) {
        return BertTensors.huggingFaceName(tensor);
    }

    @Override
    public String fingerprint(Pooling pooling) {
        return tensors.fingerprint().of(name -> pooling == Pooling.POOLER || !name.startsWith("pooler."));
    }

    @Override
    public void close() {
        tensors.base().close();
    }
}
