package dev.graft.method;

import dev.graft.model.Merge;
import dev.graft.model.Pass;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/** How a change joins the representation that it modifies, one of the four axes: added, scaled, gated. */
public interface Join {
    /** {@code h + change}. */
    Join ADDED = new Scaled(1);

    /** {@code h * change}. */
    Join MULTIPLIED = new Multiplied();

    /**
     * The representation to go on with, of the shape of h.
     *
     * @param h what was there, [.., d]
     * @param change what the form computed, [.., d]
     * @param read what the form read, [.., d_in]
     */
    Tensor join(Tensor h, Tensor change, Tensor read, Pass pass);

    /** Whether it {@linkplain dev.graft.model.Delta#rowwise joins each row by itself}. */
    default boolean rowwise() {
        return false;
    }

    /** How tensors of the base take up a change that joins so; empty where none can. */
    default Optional<Merge> merge(Change change) {
        return Optional.empty();
    }

    /** What trains besides the form. */
    default List<Parameter> parameters() {
        return List.of();
    }
}
