package dev.graft.weights;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Transposes a stored matrix, whatever its type, without knowing more than the width of an element. */
final class Transposition {
    /** Tiles keep both matrices' lines in the cache: without them a large matrix takes ten times as long. */
    private static final int TILE = 32;

    private Transposition() {}

    /**
     * The transposed copy.
     *
     * @param matrix [columns, rows], its bytes from position to limit
     * @param rows of the result
     * @param columns of the result
     * @param width bytes of one element: 1, 2, 4 or 8
     */
    static ByteBuffer of(ByteBuffer matrix, int rows, int columns, int width) {
        ByteBuffer from = matrix.slice().order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer to = ByteBuffer.allocate(from.remaining()).order(ByteOrder.LITTLE_ENDIAN);
        for (int top = 0; top < rows; top += TILE) {
            for (int left = 0; left < columns; left += TILE) {
                int bottom = Math.min(rows, top + TILE);
                int right = Math.min(columns, left + TILE);
                for (int row = top; row < bottom; row++) {
                    for (int column = left; column < right; column++) {
                        copy(from, (column * rows + row) * width, to, (row * columns + column) * width, width);
                    }
                }
            }
        }
        return to;
    }

    /** One element, from the one buffer's byte order to the other's. */
    static void copy(ByteBuffer from, int source, ByteBuffer to, int target, int width) {
        switch (width) {
            case 1 -> to.put(target, from.get(source));
            case 2 -> to.putShort(target, from.getShort(source));
            case 4 -> to.putInt(target, from.getInt(source));
            case 8 -> to.putLong(target, from.getLong(source));
            default -> throw new IllegalArgumentException("width must be 1, 2, 4 or 8: " + width);
        }
    }
}
