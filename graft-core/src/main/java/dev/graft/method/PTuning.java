package dev.graft.method;

import dev.graft.method.PromptEncoder.BiLstm;
import dev.graft.method.PromptEncoder.Direct;
import dev.graft.method.PromptEncoder.Mlp;
import dev.graft.model.Architecture;
import dev.graft.model.Delta;
import dev.graft.model.Site;
import dev.graft.model.Site.Embedding.Stage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * P-tuning, Liu et al. 2021 (arXiv 2103.10385): {@code m} pseudo tokens before the text, whose embeddings an encoder gives.
 *
 * <pre>
 *   [h_1 .. h_m; e_CLS; e_1 .. e_n]
 *   lstm   h = Linear(relu(Linear(BiLSTM(P))))              two layers of hidden cells a direction
 *   mlp    h = Linear(relu(Linear(relu(Linear(P)))))
 *   none   h = P
 * </pre>
 *
 * P starts from N(0, 1), the encoder as torch's layers do. Trains {@code md} scalars, and with {@code w = hidden}
 *
 * <pre>
 *   lstm   8w(d + w + 2) + 8w(3w + 2) + 2w(2w + 1) + d(2w + 1)
 *   mlp    w(d + 1) + w(w + 1) + d(w + 1)
 * </pre>
 *
 * of the encoder. Tensors: {@code embedding.input.p-tuning.}{@code embedding} [m, d],
 * {@code lstm.<layer>.<direction>.{input,hidden}.{weight,bias}}, {@code mlp.<layer>.{weight,bias}}.
 *
 * @param length m
 * @param encoder what gives the embeddings
 * @param hidden the encoder's inner width; null for d/2 cells a direction with lstm, as in the paper's code, and d with mlp
 */
public record PTuning(int length, Encoder encoder, @Nullable Integer hidden) implements Method {
    public static final PTuning DEFAULT = new PTuning(9, Encoder.LSTM, null);

    private static final Site.Embedding SITE = new Site.Embedding(Stage.INPUT);
    private static final String NAME = "p-tuning";
    private static final int LSTM_LAYERS = 2;

    /** What gives the embeddings of the pseudo tokens. */
    public enum Encoder {
        /** A bidirectional LSTM and two linear layers, as in the paper. */
        LSTM,
        /** Three linear layers, PEFT's default. */
        MLP,
        /** The embeddings are trained themselves; what PEFT stores. */
        NONE
    }

    public PTuning {
        if (length < 1) {
            throw new IllegalArgumentException("length must be >= 1: " + length);
        }
        if (hidden != null && hidden < 1) {
            throw new IllegalArgumentException("hidden must be >= 1: " + hidden);
        }
        if (hidden != null && encoder == Encoder.NONE) {
            throw new IllegalArgumentException("hidden means nothing with encoder=none: " + hidden);
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Axes axes() {
        return new Axes("embeddings", "rows from an encoder", "–", "as more positions", "elsewhere");
    }

    @Override
    public List<Delta> deltas(Architecture base, Initializer start) {
        return List.of(new InsertedRows(SITE, encoder(base, start), 0));
    }

    private PromptEncoder encoder(Architecture base, Initializer start) {
        String name = SITE.path() + "." + NAME;
        int d = base.embedding();
        int w = width(base);
        PromptEncoder rows = new Direct(start.normal(name + ".embedding", false, 1, length, d));
        return switch (encoder) {
            case NONE -> rows;
            case MLP -> Mlp.of(rows, name + ".mlp", start, d, w, w, d);
            case LSTM ->
                Mlp.of(
                        BiLstm.of(rows, name + ".lstm", start, d, w, LSTM_LAYERS),
                        name + ".mlp",
                        start,
                        2 * w,
                        2 * w,
                        d);
        };
    }

    private int width(Architecture base) {
        if (hidden != null) {
            return hidden;
        }
        return encoder == Encoder.LSTM ? Math.max(1, base.embedding() / 2) : base.embedding();
    }

    @Override
    public long parameters(Architecture base) {
        long d = base.embedding();
        long w = width(base);
        return length * d
                + switch (encoder) {
                    case NONE -> 0;
                    case MLP -> Mlp.parameters(d, w, w, d);
                    case LSTM -> BiLstm.parameters(d, w, LSTM_LAYERS) + Mlp.parameters(2 * w, 2 * w, d);
                };
    }

    @Override
    public int takenPositions() {
        return length;
    }

    @Override
    public double learningRate(Architecture base) {
        return encoder == Encoder.NONE ? 3e-2 : 1e-3;
    }

    @Override
    public double headLearningRate(Architecture base) {
        return 1e-3;
    }
}
