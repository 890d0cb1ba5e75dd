package dev.graft.method;

import dev.graft.model.Pass;
import dev.graft.tensor.DType;
import dev.graft.tensor.Functions;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Tensor;
import java.util.List;

/**
 * {@code x A^T B^T + b}: an affine map of low rank, with {@code r (in + out) + out} scalars.
 *
 * @param a A, [r, in]
 * @param b B, [out, r]
 * @param bias b, [out]
 */
public record LowRankLinear(Parameter a, Parameter b, Parameter bias) implements Form {
    @Override
    public Tensor apply(Tensor x, Pass pass) {
        DType dtype = pass.dtype();
        Tensor inner = Functions.linear(x, a.in(dtype), null); // [.., r]
        return Functions.linear(inner, b.in(dtype), bias.in(dtype)); // [.., out]
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(a, b, bias);
    }
}
