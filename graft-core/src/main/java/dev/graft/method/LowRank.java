package dev.graft.method;

import dev.graft.model.Pass;
import dev.graft.tensor.DType;
import dev.graft.tensor.Functions;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Tensor;
import java.util.List;

/**
 * {@code x A^T B^T}: a linear map of low rank.
 *
 * @param a A, [r, d_in]
 * @param b B, [d_out, r]
 * @param dropout the share of x that is dropped in training
 */
public record LowRank(Parameter a, Parameter b, double dropout) implements Form {
    @Override
    public Tensor apply(Tensor x, Pass pass) {
        DType dtype = pass.dtype();
        Tensor inner = Functions.linear(pass.dropout(x, dropout, a.name()), a.in(dtype), null); // [.., r]
        return Functions.linear(inner, b.in(dtype), null); // [.., d_out]
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(a, b);
    }
}
