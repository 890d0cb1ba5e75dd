package dev.graft.method;

import dev.graft.model.Merge;
import dev.graft.model.Pass;
import dev.graft.model.Site;
import dev.graft.tensor.DType;
import dev.graft.tensor.Gradients;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/**
 * Added and scaled, and then every row of the projection brought to a learned length:
 *
 * <pre>
 *   y = g * (h - b + s change) + b,   g = m / ||W + s B A||, the norm of each row
 * </pre>
 *
 * Gradients take the norm for a constant, which spares the memory of a second W (arXiv 2402.09353, section 4.3).
 *
 * @param site the projection
 * @param form what computed the change
 * @param scale s, which does not train
 * @param magnitude m, [d_out]
 */
record Rescaled(Site.Linear site, LowRank form, double scale, Parameter magnitude) implements Join {
    @Override
    public boolean rowwise() {
        return true;
    }

    @Override
    public Tensor join(Tensor h, Tensor change, Tensor read, Pass pass) {
        DType dtype = pass.dtype();
        Tensor gain = magnitude.value().dividedBy(norms(pass)); // [d_out]
        Tensor unbiased = h.minus(pass.tensor(site.path() + ".bias"));
        // Written so that a gain of exactly one gives exactly h + s change.
        return h.plus(unbiased.times(gain.plus(-1).to(dtype))).plusScaled(change.times(gain.to(dtype)), scale);
    }

    private Tensor norms(Pass pass) {
        try (Gradients off = Gradients.off()) {
            Tensor weight = pass.tensor(site.path() + ".weight");
            return rowNorms(turned(weight.to(magnitude.value().dtype())));
        }
    }

    /** {@code W + s B A}, [d_out, d_in]. */
    private Tensor turned(Tensor weight) {
        return weight.plusScaled(form.product(), scale);
    }

    @Override
    public Optional<Merge> merge(Change change) {
        return Optional.of(tensors -> {
            String weight = site.path() + ".weight";
            String bias = site.path() + ".bias";
            Tensor gain = magnitude.value().dividedBy(rowNorms(turned(tensors.standing(weight)))); // [d_out]
            tensors.put(weight, turned(tensors.get(weight)).times(gain.unsqueeze(1)));
            Tensor added = tensors.get(bias).minus(tensors.standing(bias));
            tensors.put(bias, tensors.standing(bias).plus(added.times(gain)));
        });
    }

    /** The length of each row, [d_out]. */
    static Tensor rowNorms(Tensor matrix) {
        return matrix.squared().sum(1, false).sqrt();
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(magnitude);
    }
}
