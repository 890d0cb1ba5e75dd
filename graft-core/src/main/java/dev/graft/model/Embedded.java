package dev.graft.model;

import dev.graft.tensor.DType;
import dev.graft.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A batch of texts as vectors, on its way into the layers.
 *
 * @param states one row per position, [B, T, d]
 * @param types the token type of each position, INT64 [B, T]
 * @param mask 1 where a position is real and 0 where it is padding, INT64 [B, T]
 * @param text 1 where a position is a token of the text: neither padding nor inserted, INT64 [B, T]
 * @param positionOffset the position of the first row
 * @param marks what a template made of the positions; null where no template wrote the texts
 */
public record Embedded(
        Tensor states,
        Tensor types,
        Tensor mask,
        Tensor text,
        long positionOffset,
        @Nullable Marks marks) {
    /**
     * The same batch with rows that belong to no text put in front of position {@code at} of every text.
     *
     * @param rows [B, l, d]
     */
    public Embedded insert(long at, Tensor rows) {
        Tensor real = Tensor.ones(DType.INT64, mask.device(), rows.size(0), rows.size(1));
        Tensor none = Tensor.zeros(DType.INT64, mask.device(), rows.size(0), rows.size(1));
        return new Embedded(
                insert(states, at, rows),
                insert(types, at, none),
                insert(mask, at, real),
                insert(text, at, none),
                positionOffset,
                marks == null ? null : new Marks(insert(marks.pseudo(), at, none), insert(marks.answer(), at, none)));
    }

    private static Tensor insert(Tensor into, long at, Tensor rows) {
        if (at == 0) {
            return Tensor.concatenate(1, rows, into);
        }
        return Tensor.concatenate(1, into.narrow(1, 0, at), rows, into.narrow(1, at, into.size(1) - at));
    }

    /** The rows of a table of positions for these positions, [T, d]. */
    Tensor positionsFrom(Tensor table) {
        return table.narrow(0, positionOffset, states.size(1));
    }

    /** The same batch whose first row has another position. */
    public Embedded shiftedBy(long positions) {
        return new Embedded(states, types, mask, text, positionOffset + positions, marks);
    }

    /** The same batch with other vectors of the same shape. */
    public Embedded withStates(Tensor changed) {
        return new Embedded(changed, types, mask, text, positionOffset, marks);
    }
}
