package dev.graft.task;

import dev.graft.model.Activation;
import dev.graft.model.Backbone;
import dev.graft.model.Mode;
import dev.graft.tensor.DType;
import dev.graft.tensor.Device;
import dev.graft.tensor.Functions;
import dev.graft.tensor.Gradients;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.RandomSource;
import dev.graft.tensor.Scope;
import dev.graft.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The end of a task: a linear layer on the pooled vector v of a text, behind another one with an activation where there is
 * one. It trains.
 *
 * <pre>
 *   out = (dropout(v) W^T + b) * scale + shift
 *   out = (dropout(phi(dropout(v) W_d^T + b_d)) W^T + b) * scale + shift
 *   out = (dropout(LN(phi(dropout(v) W_d^T + b_d))) W^T + b) * scale + shift
 * </pre>
 *
 * The first is BERT's own and what {@link #create} makes; the second is that of RoBERTa's classifiers and AdapterHub's; the
 * third is a masked-LM head of its own, as AdapterHub has one, with a row of W for the word of each label.
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
    public static final String DENSE_WEIGHT = "head.dense.weight";
    public static final String DENSE_BIAS = "head.dense.bias";
    public static final String NORM_WEIGHT = "head.norm.weight";
    public static final String NORM_BIAS = "head.norm.bias";

    /** The share of the pooled vector that is dropped in training; BERT's own. */
    public static final double DROPOUT = 0.1;

    private static final double SIGMA = 0.02;

    private final @Nullable HeadLayer dense;
    private final Tensor weight;
    private final Tensor bias;
    private final List<Parameter> parameters;
    private final List<Integer> words;
    private final double dropout;
    private final double scale;
    private final double shift;

    private Head(
            @Nullable HeadLayer dense,
            Tensor weight,
            Tensor bias,
            List<Parameter> parameters,
            List<Integer> words,
            double dropout,
            double scale,
            double shift) {
        this.dense = dense;
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
        return of(null, weight, bias, dropout);
    }

    private static Head of(@Nullable HeadLayer dense, Tensor weight, Tensor bias, double dropout) {
        Parameter w = Parameter.of(WEIGHT, weight, true);
        Parameter b = Parameter.of(BIAS, bias, false);
        List<Parameter> parameters = new ArrayList<>(dense == null ? List.of() : dense.parameters());
        parameters.addAll(List.of(w, b));
        return new Head(dense, w.value(), b.value(), List.copyOf(parameters), List.of(), dropout, 1, 0);
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
                    null, weight.to(master).retain(), bias.to(master).retain(), List.of(), List.copyOf(words), 0, 1, 0);
        }
    }

    /**
     * A head of zeros, whose parameters come from a file.
     *
     * @param activation phi of the dense layer before the last one; null for a head without it
     * @param normEpsilon what LN behind that layer adds to the variance; null for a head without it
     */
    public static Head zeros(
            int outputs,
            int hidden,
            DType master,
            Device device,
            double dropout,
            @Nullable Activation activation,
            @Nullable Double normEpsilon) {
        try (Scope scope = Scope.open()) {
            return of(
                    activation == null ? null : HeadLayer.zeros(hidden, master, device, activation, normEpsilon),
                    Tensor.zeros(master, device, outputs, hidden),
                    Tensor.zeros(master, device, outputs),
                    dropout);
        }
    }

    /** The same parameters with another unit for the outputs. */
    public Head scaled(double newScale, double newShift) {
        return new Head(dense, weight, bias, parameters, words, dropout, newScale, newShift);
    }

    /** A copy with the same outputs whose scale is 1 and shift 0, since they went into W and b; the caller closes it. */
    public Head folded() {
        try (Scope scope = Scope.open();
                Gradients off = Gradients.off()) {
            return endingIn(weight.times(this.scale), bias.times(this.scale).plus(shift));
        }
    }

    /** A copy; the caller closes it. */
    public Head copy() {
        try (Scope scope = Scope.open();
                Gradients off = Gradients.off()) {
            return endingIn(weight, bias).scaled(this.scale, shift);
        }
    }

    /** A copy that gives some of the outputs alone, in the given order; the caller closes it. */
    public Head giving(List<Integer> outputs) {
        try (Scope scope = Scope.open();
                Gradients off = Gradients.off()) {
            long[] rows = outputs.stream().mapToLong(Integer::longValue).toArray();
            Tensor indices = Tensor.of(rows, rows.length).to(weight.device());
            return endingIn(weight.indexSelect(0, indices), bias.indexSelect(0, indices))
                    .scaled(this.scale, shift);
        }
    }

    private Head endingIn(Tensor lastWeight, Tensor lastBias) {
        return of(dense == null ? null : dense.copy(), lastWeight, lastBias, dropout);
    }

    /** Whether a parameter of this name is a head's. */
    public static boolean owns(String parameter) {
        return Set.of(WEIGHT, BIAS, DENSE_WEIGHT, DENSE_BIAS, NORM_WEIGHT, NORM_BIAS)
                .contains(parameter);
    }

    /** [B, d] in full precision to [B, C], in double precision where the outputs have a unit. */
    public Tensor apply(Tensor pooled, Mode mode) {
        return apply(pooled, mode, UnaryOperator.identity());
    }

    /**
     * As {@link #apply(Tensor, Mode)}.
     *
     * @param between what is done to the vectors that the last layer reads, [B, d]
     */
    public Tensor apply(Tensor pooled, Mode mode, UnaryOperator<Tensor> between) {
        Tensor read = dense == null ? pooled : dense.apply(mode.dropout(pooled, dropout, "head.dense")); // [B, d]
        Tensor out = Functions.linear(mode.dropout(between.apply(read), dropout, "head"), weight, bias);
        return scale == 1 && shift == 0
                ? out
                : out.to(DType.FLOAT64).times(scale).plus(shift);
    }

    /** W_d [d, d], b_d [d] and LN's weight and bias [d] where there are, W [C, d] and b [C]; nothing of a verbaliser. */
    public List<Parameter> parameters() {
        return parameters;
    }

    /** The id of the word for each label; empty but for a verbaliser. */
    public List<Integer> words() {
        return words;
    }

    /** The activation of the dense layer before the last one; null for a head without it. */
    public @Nullable Activation activation() {
        return dense == null ? null : dense.activation();
    }

    /** What LN behind the dense layer adds to the variance; null for a head without LN. */
    public @Nullable Double normEpsilon() {
        return dense == null || dense.norm() == null ? null : dense.norm().epsilon();
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
        parameters().forEach(Parameter::close);
        if (parameters.isEmpty()) { // a verbaliser's layer is a copy of the base's, and no parameter
            weight.close();
            bias.close();
        }
    }
}
