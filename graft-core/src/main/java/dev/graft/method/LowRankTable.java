package dev.graft.method;

import dev.graft.model.Merge;
import dev.graft.model.Pass;
import dev.graft.model.Site;
import dev.graft.model.Site.Embedding.Stage;
import dev.graft.tensor.DType;
import dev.graft.tensor.Functions;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/**
 * {@code A^T[ids] B^T}: a table of low rank, which reads ids.
 *
 * @param a A, [r, V]
 * @param b B, [d, r]
 */
public record LowRankTable(Parameter a, Parameter b) implements LinearForm {
    @Override
    public Tensor apply(Tensor ids, Pass pass) {
        DType dtype = pass.dtype();
        Tensor inner = Functions.embedding(a.value().transpose(0, 1), ids).to(dtype); // [.., r]
        return Functions.linear(inner, b.in(dtype), null); // [.., d]
    }

    @Override
    public Optional<Merge> merge(Site site, double scale) {
        return site.equals(new Site.Embedding(Stage.TABLE))
                ? Optional.of(tensors -> {
                    Tensor table = a.value().transpose(0, 1).matmul(b.value().transpose(0, 1)); // [V, d]
                    tensors.add("embedding.word.weight", table, scale);
                })
                : Optional.empty();
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(a, b);
    }
}
