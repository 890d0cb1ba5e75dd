package dev.graft.method;

import dev.graft.method.PromptEncoder.BiLstm;
import dev.graft.method.PromptEncoder.Direct;
import dev.graft.method.PromptEncoder.Mlp;
import dev.graft.model.Architecture;
import dev.graft.model.Delta;
import dev.graft.model.Site;
import dev.graft.model.Site.Embedding.Stage;
import dev.graft.text.Template;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * P-tuning, Liu et al. 2021 (arXiv 2103.10385): {@code m} pseudo tokens whose embeddings an encoder gives, before the
 * text or anywhere in a template.
 *
 * <pre>
 *   [h_1 .. h_m; e_CLS; e_1 .. e_n]
 *   lstm   h = Linear(relu(Linear(BiLSTM(P))))              two layers of hidden cells a direction
 *   mlp    h = Linear(relu(Linear(relu(Linear(P)))))
 *   none   h = P
 * </pre>
 *
 * P starts from N(0, 1), the encoder as torch's layers do. What the encoder gives is saved, and the encoder aside. Trains
 * {@code md} scalars, which are what is left, and with {@code w = hidden}
 *
 * <pre>
 *   lstm   8w(d + w + 2) + 8w(3w + 2) + 2w(2w + 1) + d(2w + 1)
 *   mlp    w(d + 1) + w(w + 1) + d(w + 1)
 * </pre>
 *
 * of the encoder. Tensors: {@code embedding.input.p-tuning.}{@code embedding} [m, d],
 * {@code lstm.<layer>.<direction>.{input,hidden}.{weight,bias}}, {@code mlp.<layer>.{weight,bias}}; {@code rows} [m, d]
 * of what is saved, and without an encoder.
 *
 * <p>A template with {@code [MASK]} is answered by the base's own masked-LM head with a word for each label.
 *
 * @param length m; null for the template's number of pseudo tokens, and 9 without a template
 * @param encoder what gives the embeddings
 * @param hidden the encoder's inner width; null for d/2 cells a direction with lstm, as in the paper's code, and d with mlp
 * @param template how each text is written, {@link Template}, such as {@code [P] [P] {text} [P] [MASK] .}; null for pseudo
 *     tokens before everything
 */
public record PTuning(
        @Nullable Integer length,
        Encoder encoder,
        @Nullable Integer hidden,
        @Nullable String template) implements Method {
    public static final PTuning DEFAULT = new PTuning(null, Encoder.LSTM, null, null);

    private static final int USUAL_LENGTH = 9;

    private static final Site.Embedding SITE = new Site.Embedding(Stage.INPUT);
    private static final String NAME = "p-tuning";

    /** The embeddings of the pseudo tokens, where no encoder gives them. */
    static final String ROWS = SITE.path() + "." + NAME + ".rows";

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
        if (length != null && length < 1) {
            throw new IllegalArgumentException("length must be >= 1: " + length);
        }
        if (length != null && template != null) {
            throw new IllegalArgumentException(
                    "length means nothing with a template, whose pseudo tokens count: " + length);
        }
        if (template != null && Template.parse(template).pseudoTokens() == 0 && hidden != null) {
            throw new IllegalArgumentException(
                    "hidden means nothing with a template without [P], which trains nothing: " + hidden);
        }
        if (hidden != null && hidden < 1) {
            throw new IllegalArgumentException("hidden must be >= 1: " + hidden);
        }
        if (hidden != null && encoder == Encoder.NONE) {
            throw new IllegalArgumentException("hidden means nothing with encoder=none: " + hidden);
        }
    }

    /**
     * A template that writes each text around its mask and trains nothing.
     *
     * @throws IllegalArgumentException for a template without {@code [MASK]}, or with a pseudo token
     */
    public static PTuning wording(String template) {
        Template parsed = Template.parse(template);
        if (!parsed.hasMask() || parsed.pseudoTokens() > 0) {
            throw new IllegalArgumentException(
                    "a template that trains nothing has one [MASK] and no [P]: '%s'".formatted(template));
        }
        return new PTuning(null, Encoder.NONE, null, template);
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
        if (tokens() == 0) {
            return List.of();
        }
        PromptEncoder rows = encoder(base, start);
        return List.of(template == null ? new InsertedRows(SITE, rows, 0) : new MarkedRows(SITE, rows));
    }

    /** m; 0 for a template of words only. */
    private int tokens() {
        if (template != null) {
            return Template.parse(template).pseudoTokens();
        }
        return length == null ? USUAL_LENGTH : length;
    }

    private PromptEncoder encoder(Architecture base, Initializer start) {
        String name = SITE.path() + "." + NAME;
        int d = base.embedding();
        int w = width(base);
        String first = encoder == Encoder.NONE ? ROWS : name + ".embedding";
        PromptEncoder rows = new Direct(start.normal(first, false, 1, tokens(), d));
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
    public PTuning stored() {
        return tokens() == 0 ? this : new PTuning(length, Encoder.NONE, null, template);
    }

    @Override
    public long parameters(Architecture base) {
        long d = base.embedding();
        long w = width(base);
        int m = tokens();
        if (m == 0) {
            return 0;
        }
        return m * d
                + switch (encoder) {
                    case NONE -> 0;
                    case MLP -> Mlp.parameters(d, w, w, d);
                    case LSTM -> BiLstm.parameters(d, w, LSTM_LAYERS) + Mlp.parameters(2 * w, 2 * w, d);
                };
    }

    @Override
    public int takenPositions() {
        return template == null ? tokens() : 0;
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
