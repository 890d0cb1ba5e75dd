package dev.graft.method;

import dev.graft.model.Activation;
import dev.graft.model.Pass;
import dev.graft.tensor.DType;
import dev.graft.tensor.Functions;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Tensor;
import java.util.List;

/**
 * {@code phi(x D^T + b_D) U^T + b_U}: down to the bottleneck, through a nonlinearity, and up again. It has
 * {@code 2dm + m + d} scalars.
 *
 * @param down D, [m, d]
 * @param downBias b_D, [m]
 * @param up U, [d, m]
 * @param upBias b_U, [d]
 * @param activation phi
 * @param dropout the share of what phi gives that is dropped in training
 */
public record Bottleneck(
        Parameter down, Parameter downBias, Parameter up, Parameter upBias, Activation activation, double dropout)
        implements Form {
    /** With biases that start at zero: {@code <name>.down.bias} and {@code <name>.up.bias}. */
    static Bottleneck of(
            String name, Parameter down, Parameter up, Activation activation, double dropout, Initializer start) {
        Parameter downBias =
                start.zeros(name + ".down.bias", false, down.value().size(0));
        Parameter upBias = start.zeros(name + ".up.bias", false, up.value().size(0));
        return new Bottleneck(down, downBias, up, upBias, activation, dropout);
    }

    static long count(long d, long m) {
        return 2 * d * m + m + d;
    }

    @Override
    public Tensor apply(Tensor x, Pass pass) {
        DType dtype = pass.dtype();
        Tensor inner = activation.apply(Functions.linear(x, down.in(dtype), downBias.in(dtype))); // [.., m]
        Tensor kept = pass.dropout(inner, dropout, down.name());
        return Functions.linear(kept, up.in(dtype), upBias.in(dtype)); // [.., d]
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(down, downBias, up, upBias);
    }
}
