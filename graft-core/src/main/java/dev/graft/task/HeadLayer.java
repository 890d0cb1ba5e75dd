package dev.graft.task;

import dev.graft.model.Activation;
import dev.graft.tensor.DType;
import dev.graft.tensor.Device;
import dev.graft.tensor.Functions;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The layer before a head's last one.
 *
 * <pre>
 *   phi(v W_d^T + b_d)        LN(phi(v W_d^T + b_d))
 * </pre>
 *
 * @param weight W_d [d, d]
 * @param bias b_d [d]
 * @param activation phi
 * @param norm LN; null for none
 */
record HeadLayer(
        Parameter weight,
        Parameter bias,
        Activation activation,
        @Nullable Norm norm) {
    /** Layer normalisation with its own weight and bias, [d] both. */
    record Norm(Parameter weight, Parameter bias, double epsilon) {}

    static HeadLayer zeros(
            int hidden, DType master, Device device, Activation activation, @Nullable Double normEpsilon) {
        Tensor vector = Tensor.zeros(master, device, hidden);
        return of(
                Tensor.zeros(master, device, hidden, hidden),
                vector,
                activation,
                normEpsilon == null ? null : norm(vector, vector, normEpsilon));
    }

    private static HeadLayer of(Tensor weight, Tensor bias, Activation activation, @Nullable Norm norm) {
        return new HeadLayer(
                Parameter.of(Head.DENSE_WEIGHT, weight, true),
                Parameter.of(Head.DENSE_BIAS, bias, false),
                activation,
                norm);
    }

    private static Norm norm(Tensor weight, Tensor bias, double epsilon) {
        return new Norm(
                Parameter.of(Head.NORM_WEIGHT, weight, false), Parameter.of(Head.NORM_BIAS, bias, false), epsilon);
    }

    HeadLayer copy() {
        return of(
                weight.value(),
                bias.value(),
                activation,
                norm == null ? null : norm(norm.weight.value(), norm.bias.value(), norm.epsilon));
    }

    List<Parameter> parameters() {
        return norm == null ? List.of(weight, bias) : List.of(weight, bias, norm.weight, norm.bias);
    }

    /** [B, d] to [B, d]. */
    Tensor apply(Tensor x) {
        Tensor y = activation.apply(Functions.linear(x, weight.value(), bias.value()));
        return norm == null ? y : Functions.layerNorm(y, norm.weight.value(), norm.bias.value(), norm.epsilon);
    }
}
