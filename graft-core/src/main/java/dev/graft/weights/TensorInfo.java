package dev.graft.weights;

import dev.graft.tensor.DType;
import java.util.List;

/**
 * What a file says about one of its tensors.
 *
 * @param name its name, as {@link TensorSource} hands it out
 * @param dtype the type in which it is stored
 * @param shape the size of each dimension; empty for a scalar
 */
public record TensorInfo(String name, DType dtype, List<Long> shape) {
    /** More dimensions than libtorch's kernels take; a longer shape comes from a broken or hostile file. */
    static final int MAX_RANK = 64;

    /**
     * @throws IllegalArgumentException for a negative dimension, more than 64 dimensions, or a size that overflows
     */
    public TensorInfo {
        shape = List.copyOf(shape);
        if (shape.size() > MAX_RANK) {
            throw new IllegalArgumentException(
                    "tensor '%s' must have at most %d dimensions: %d".formatted(name, MAX_RANK, shape.size()));
        }
        long bytes = dtype.bytes();
        for (long size : shape) {
            if (size < 0) {
                throw new IllegalArgumentException("tensor '%s' has a negative dimension: %s".formatted(name, shape));
            }
            try {
                bytes = Math.multiplyExact(bytes, size);
            } catch (ArithmeticException e) {
                throw new IllegalArgumentException(
                        "tensor '%s' has a shape larger than any file: %s".formatted(name, shape), e);
            }
        }
    }

    /** The number of elements; 1 for a scalar. */
    public long elements() {
        long elements = 1;
        for (long size : shape) {
            elements *= size;
        }
        return elements;
    }

    /** The size of the values in bytes. */
    public long byteSize() {
        return elements() * dtype.bytes();
    }

    /** The shape as an array of one's own. */
    public long[] dimensions() {
        return shape.stream().mapToLong(Long::longValue).toArray();
    }
}
