package dev.graft.task;

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
 * The trained end of a task: one linear layer on the pooled vector of a text.
 *
 * <pre>
 *   out = (dropout(v) W^T + b) * scale + shift
 * </pre>
 *
 * Scale and shift are 1 and 0 but for regression, where they are the deviation and mean of the training targets, so that W
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

    private final Parameter weight;
    private final Parameter bias;
    private final double dropout;
    private final double scale;
    private final double shift;

    private Head(Parameter weight, Parameter bias, double dropout, double scale, double shift) {
        this.weight = weight;
        this.bias = bias;
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
        return new Head(Parameter.of(WEIGHT, weight, true), Parameter.of(BIAS, bias, false), dropout, 1, 0);
    }

    /** The same parameters with another unit for the outputs. */
    public Head scaled(double newScale, double newShift) {
        return new Head(weight, bias, dropout, newScale, newShift);
    }

    /** Whether a parameter of this name is a head's. */
    public static boolean owns(String parameter) {
        return parameter.equals(WEIGHT) || parameter.equals(BIAS);
    }

    /** [B, d] in full precision to [B, C], in double precision where the outputs have a unit. */
    public Tensor apply(Tensor pooled, Mode mode) {
        Tensor out = Functions.linear(mode.dropout(pooled, dropout, "head"), weight.value(), bias.value());
        return scale == 1 && shift == 0
                ? out
                : out.to(DType.FLOAT64).times(scale).plus(shift);
    }

    /** W [C, d] and b [C]. */
    public List<Parameter> parameters() {
        return List.of(weight, bias);
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
