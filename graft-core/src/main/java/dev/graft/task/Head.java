package dev.graft.task;

import dev.graft.model.Backbone;
import dev.graft.model.Mode;
import dev.graft.tensor.DType;
import dev.graft.tensor.Device;
import dev.graft.tensor.Functions;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.RandomSource;
import dev.graft.tensor.Scope;
import dev.graft.tensor.Tensor;
import java.util.List;

/**
 * The end of a task: one linear layer on the pooled vector of a text, which trains.
 *
 * <pre>
 *   out = (dropout(v) W^T + b) * scale + shift
 * </pre>
 *
 * A verbaliser's layer is the base's own and does not train: W holds the embeddings of one word for each label, b their
 * biases in the masked-LM head (Schick and Schuetze 2021, arXiv 2001.07676).
 *
 * <p>Scale and shift are 1 and 0 but for regression, where they are the deviation and mean of the training targets, so that W
 * and b learn numbers of ordinary size whatever the unit. They are applied in double precision: a year's 2000 or a
 * timestamp's 1.7e9 would otherwise take the last digits of single precision from what varies about it, in the loss too.
 * The head owns its parameters.
 */
public final class Head implements AutoCloseable {
    public static final String WEIGHT = "head.weight";
    public static final String BIAS = "head.bias";

    /** The share of the pooled vector that is dropped in training; BERT's own. */
    public static final double DROPOUT = 0.1;

    private static final double SIGMA = 0.02;

    private final Tensor weight;
    private final Tensor bias;
    private final List<Parameter> parameters;
    private final List<Integer> words;
    private final double dropout;
    private final double scale;
    private final double shift;

    private Head(
            Tensor weight,
            Tensor bias,
            List<Parameter> parameters,
            List<Integer> words,
            double dropout,
            double scale,
            double shift) {
        this.weight = weight;
        this.bias = bias;
        this.parameters = parameters;
        this.words = words;
        this.dropout = dropout;
        this.scale = scale;
        this.shift = shift;
    }

    /**
     * A head with W from N(0, 0.02) and b zero, as transformers starts one.
     *
     * @param outputs how many numbers it gives
     * @param hidden the width of the pooled vector
     * @param master FLOAT32, or FLOAT64 for tests
     */
    public static Head create(
            int outputs, int hidden, DType master, Device device, RandomSource random, double dropout) {
        try (Scope scope = Scope.open()) {
            Tensor weight =
                    random.at(WEIGHT).normal(SIGMA, outputs, hidden).to(master).to(device);
            return of(weight, Tensor.zeros(master, device, outputs), dropout);
        }
    }

    /** A head that starts from copies of the given tensors, W [C, d] and b [C]. */
    public static Head of(Tensor weight, Tensor bias, double dropout) {
        Parameter w = Parameter.of(WEIGHT, weight, true);
        Parameter b = Parameter.of(BIAS, bias, false);
        return new Head(w.value(), b.value(), List.of(w, b), List.of(), dropout, 1, 0);
    }

    /**
     * The scores of some words in the base's masked-LM head.
     *
     * @param words the id of one word for each label
     * @throws dev.graft.model.ModelException where the base was opened without its masked-LM head
     * @throws IllegalArgumentException for an id that is no word's
     */
    public static Head verbalizer(Backbone base, List<Integer> words) {
        int vocabulary = base.architecture().vocabulary();
        for (int word : words) {
            if (word < 0 || word >= vocabulary) {
                throw new IllegalArgumentException(
                        "a word's id must be in 0 to %d: %d".formatted(vocabulary - 1, word));
            }
        }
        try (Scope scope = Scope.open()) {
            long[] ids = words.stream().mapToLong(Integer::longValue).toArray();
            Tensor indices = Tensor.of(ids, ids.length).to(base.device());
            DType master = base.dtype().master();
            Tensor bias = base.tensor(Backbone.WORD_BIAS).indexSelect(0, indices);
            Tensor weight = base.tensor(Backbone.WORDS).indexSelect(0, indices);
            return new Head(
                    weight.to(master).retain(), bias.to(master).retain(), List.of(), List.copyOf(words), 0, 1, 0);
        }
    }

    /** The same parameters with another unit for the outputs. */
    public Head scaled(double newScale, double newShift) {
        return new Head(weight, bias, parameters, words, dropout, newScale, newShift);
    }

    /** Whether a parameter of this name is a head's. */
    public static boolean owns(String parameter) {
        return parameter.equals(WEIGHT) || parameter.equals(BIAS);
    }

    /** [B, d] in full precision to [B, C], in double precision where the outputs have a unit. */
    public Tensor apply(Tensor pooled, Mode mode) {
        Tensor out = Functions.linear(mode.dropout(pooled, dropout, "head"), weight, bias);
        return scale == 1 && shift == 0
                ? out
                : out.to(DType.FLOAT64).times(scale).plus(shift);
    }

    /** W [C, d] and b [C]; nothing of a verbaliser. */
    public List<Parameter> parameters() {
        return parameters;
    }

    /** The id of the word for each label; empty but for a verbaliser. */
    public List<Integer> words() {
        return words;
    }

    public double dropout() {
        return dropout;
    }

    /** What the outputs are multiplied with. */
    public double scale() {
        return scale;
    }

    /** What is added to the outputs. */
    public double shift() {
        return shift;
    }

    @Override
    public void close() {
        weight.close();
        bias.close();
    }
}
