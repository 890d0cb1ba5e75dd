package dev.graft.method;

import dev.graft.model.Activation;
import dev.graft.model.Pass;
import dev.graft.tensor.DType;
import dev.graft.tensor.Functions;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Tensor;
import java.util.List;

/**
 * {@code phi(x D^T + b_D) U^T + b_U}: down to the bottleneck, through a nonlinearity, and up again.
 *
 * @param down D, [m, d]
 * @param downBias b_D, [m]
 * @param up U, [d, m]
 * @param upBias b_U, [d]
 * @param activation phi
 */
public record Bottleneck(Parameter down, Parameter downBias, Parameter up, Parameter upBias, Activation activation)
        implements Form {
    @Override
    public Tensor apply(Tensor x, Pass pass) {
        DType dtype = pass.dtype();
        Tensor inner = activation.apply(Functions.linear(x, down.in(dtype), downBias.in(dtype))); // [.., m]
        return Functions.linear(inner, up.in(dtype), upBias.in(dtype)); // [.., d]
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(down, downBias, up, upBias);
    }
}
