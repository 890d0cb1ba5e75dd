package dev.graft.method;

import dev.graft.model.Pass;
import dev.graft.tensor.DType;
import dev.graft.tensor.Functions;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Tensor;
import java.util.List;

/**
 * {@code A^T[ids] B^T}: a table of low rank, which reads ids.
 *
 * @param a A, [r, V]
 * @param b B, [d, r]
 */
public record LowRankTable(Parameter a, Parameter b) implements Form {
    @Override
    public Tensor apply(Tensor ids, Pass pass) {
        DType dtype = pass.dtype();
        Tensor inner = Functions.embedding(a.in(dtype).transpose(0, 1), ids); // [.., r]
        return Functions.linear(inner, b.in(dtype), null); // [.., d]
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(a, b);
    }
}
