package dev.graft.model;

import dev.graft.tensor.DType;
import dev.graft.tensor.Device;
import dev.graft.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Texts as token ids, padded to the longest.
 *
 * @param ids INT64 [B, T]
 * @param types token types, INT64 [B, T]
 * @param mask 1 for tokens and 0 for padding, INT64 [B, T]
 * @param marks what a template made of the positions; null where no template wrote the texts
 */
public record Batch(
        Tensor ids, Tensor types, Tensor mask, @Nullable Marks marks) {
    /** A Java array of INT64 values can pass no more to a tensor. */
    private static final long MOST_POSITIONS = Integer.MAX_VALUE / Long.BYTES;

    /** Texts that no template wrote. */
    public Batch(Tensor ids, Tensor types, Tensor mask) {
        this(ids, types, mask, null);
    }

    /** 1 where a position is a token of the text or the template: neither padding nor a pseudo token, INT64 [B, T]. */
    Tensor text() {
        return marks == null ? mask : mask.times(marks.notPseudo(DType.INT64));
    }

    /**
     * Pads on the right. The tensors belong to the innermost scope.
     *
     * @param ids one array of token ids per text
     * @param types the token types, of the same lengths
     * @param marks what a template made of each position: 0 for a token, the number of a pseudo token, -1 for the mask that
     *     asks for a word; empty arrays where no template wrote the texts
     * @param padId the id that fills up
     */
    public static Batch of(List<int[]> ids, List<int[]> types, List<int[]> marks, int padId, Device device) {
        Batch plain = of(ids, types, padId, device);
        if (marks.stream().allMatch(text -> text.length == 0)) {
            return plain;
        }
        return new Batch(plain.ids, plain.types, plain.mask, Marks.of(marks, (int) plain.ids.size(1), device));
    }

    /**
     * Pads on the right. The tensors belong to the innermost scope.
     *
     * @param ids one array of token ids per text
     * @param types the token types, of the same lengths
     * @param padId the id that fills up
     */
    public static Batch of(List<int[]> ids, List<int[]> types, int padId, Device device) {
        int rows = ids.size();
        int columns = ids.stream().mapToInt(text -> text.length).max().orElse(0);
        if ((long) rows * columns > MOST_POSITIONS) {
            throw new ModelException(
                    "a batch of %d texts of up to %d tokens is too large; lower --batch".formatted(rows, columns));
        }
        long[] flatIds = new long[rows * columns];
        long[] flatTypes = new long[rows * columns];
        long[] flatMask = new long[rows * columns];
        for (int i = 0; i < rows; i++) {
            int[] text = ids.get(i);
            for (int j = 0; j < columns; j++) {
                boolean real = j < text.length;
                flatIds[i * columns + j] = real ? text[j] : padId;
                flatTypes[i * columns + j] = real ? types.get(i)[j] : 0;
                flatMask[i * columns + j] = real ? 1 : 0;
            }
        }
        return new Batch(
                Tensor.of(flatIds, rows, columns).to(device),
                Tensor.of(flatTypes, rows, columns).to(device),
                Tensor.of(flatMask, rows, columns).to(device));
    }
}
