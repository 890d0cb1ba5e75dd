package dev.graft.method;

import dev.graft.model.Merge;
import dev.graft.model.Pass;
import dev.graft.tensor.Tensor;
import java.util.Optional;

/**
 * {@code h + scale * change}.
 *
 * @param scale a fixed number, which does not train
 */
public record Scaled(double scale) implements Join {
    @Override
    public boolean rowwise() {
        return true;
    }

    @Override
    public Tensor join(Tensor h, Tensor change, Tensor read, Pass pass) {
        return h.plusScaled(change, scale);
    }

    @Override
    public Optional<Merge> merge(Change change) {
        return change.form() instanceof LinearForm form && change.reads() == Reads.INPUT
                ? form.merge(change.site(), scale)
                : Optional.empty();
    }
}
