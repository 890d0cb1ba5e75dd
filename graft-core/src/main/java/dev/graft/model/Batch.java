package dev.graft.model;

import dev.graft.tensor.Device;
import dev.graft.tensor.Tensor;
import java.util.List;

/**
 * Texts as token ids, padded to the longest.
 *
 * @param ids INT64 [B, T]
 * @param types token types, INT64 [B, T]
 * @param mask 1 for tokens and 0 for padding, INT64 [B, T]
 */
public record Batch(Tensor ids, Tensor types, Tensor mask) {
    /** A Java array of INT64 values can pass no more to a tensor. */
    private static final long MOST_POSITIONS = Integer.MAX_VALUE / Long.BYTES;

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
