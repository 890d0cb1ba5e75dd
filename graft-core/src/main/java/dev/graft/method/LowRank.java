package dev.graft.method;

import dev.graft.model.Merge;
import dev.graft.model.Pass;
import dev.graft.model.Site;
import dev.graft.tensor.DType;
import dev.graft.tensor.Functions;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * {@code x A^T B^T + c}: a linear map of low rank.
 *
 * @param a A, [r, d_in]
 * @param b B, [d_out, r]
 * @param bias c, [d_out]; null for none
 * @param dropout the share of x that is dropped in training
 */
public record LowRank(Parameter a, Parameter b, @Nullable Parameter bias, double dropout) implements LinearForm {
    /** One without a bias. */
    public LowRank(Parameter a, Parameter b, double dropout) {
        this(a, b, null, dropout);
    }

    @Override
    public Tensor apply(Tensor x, Pass pass) {
        DType dtype = pass.dtype();
        Tensor inner = Functions.linear(pass.dropout(x, dropout, a.name()), a.in(dtype), null); // [.., r]
        return Functions.linear(inner, b.in(dtype), bias == null ? null : bias.in(dtype)); // [.., d_out]
    }

    @Override
    public Optional<Merge> merge(Site site, double scale) {
        return site instanceof Site.Linear
                ? Optional.of(tensors -> {
                    tensors.add(site.path() + ".weight", product(), scale);
                    if (bias != null) {
                        tensors.add(site.path() + ".bias", bias.value(), scale);
                    }
                })
                : Optional.empty();
    }

    /** {@code B A}, [d_out, d_in]. */
    Tensor product() {
        return b.value().matmul(a.value());
    }

    @Override
    public List<Parameter> parameters() {
        return bias == null ? List.of(a, b) : List.of(a, b, bias);
    }
}
