package dev.graft.weights;

import dev.graft.tensor.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * A tensor of PyTorch's: a view of a storage, which several tensors may share.
 *
 * @param storage where its values lie
 * @param offset of its first element, counted in elements
 * @param shape the size of each dimension
 * @param strides the distance between neighbours in each dimension, counted in elements
 */
record TorchTensor(Storage storage, long offset, List<Long> shape, List<Long> strides) {
    /**
     * Values in a file of their own in the archive.
     *
     * @param key the name of that file
     * @param elements how many
     */
    record Storage(String key, DType dtype, long elements) {
        Storage {
            if (elements < 0 || elements > Long.MAX_VALUE / dtype.bytes()) {
                throw new IllegalArgumentException("a storage has %d elements".formatted(elements));
            }
        }

        long bytes() {
            return elements * dtype.bytes();
        }
    }

    /**
     * @throws IllegalArgumentException where the view leaves its storage, or shows more elements than are in it
     */
    TorchTensor {
        long elements = new TensorInfo("", storage.dtype(), shape).elements();
        if (strides.size() != shape.size() || offset < 0) {
            throw new IllegalArgumentException(
                    "a tensor has shape %s, strides %s and offset %d".formatted(shape, strides, offset));
        }
        if (strides.stream().anyMatch(stride -> stride < 0)) {
            throw new IllegalArgumentException("a tensor has a negative stride: " + strides);
        }
        // More elements than there are would let a small file fill the memory.
        if (elements > storage.elements() || elements > 0 && !staysIn(storage, offset, shape, strides)) {
            throw new IllegalArgumentException(
                    "a tensor of shape %s with strides %s at %d leaves its storage of %d elements"
                            .formatted(shape, strides, offset, storage.elements()));
        }
    }

    private static boolean staysIn(Storage storage, long offset, List<Long> shape, List<Long> strides) {
        long behind = storage.elements() - 1 - offset;
        for (int d = 0; d < shape.size() && behind >= 0; d++) {
            long steps = shape.get(d) - 1;
            if (steps > 0 && strides.get(d) > behind / steps) {
                return false;
            }
            behind -= steps * strides.get(d);
        }
        return behind >= 0;
    }

    /**
     * The values in row-major order, little-endian: a view where they lie so, else a copy.
     *
     * @param stored the whole storage, in its byte order
     */
    ByteBuffer values(ByteBuffer stored) {
        int width = storage.dtype().bytes();
        int elements = (int) new TensorInfo("", storage.dtype(), shape).elements();
        if (elements == 0) {
            return ByteBuffer.allocate(0);
        }
        if (isContiguous() && stored.order() == ByteOrder.LITTLE_ENDIAN) {
            return stored.slice((int) offset * width, elements * width).order(ByteOrder.LITTLE_ENDIAN);
        }
        ByteBuffer values = ByteBuffer.allocate(elements * width).order(ByteOrder.LITTLE_ENDIAN);
        long[] index = new long[shape.size()];
        long at = offset;
        for (int i = 0; i < elements; i++) {
            Transposition.copy(stored, (int) at * width, values, i * width, width);
            // On to the next element: the last dimension runs fastest.
            for (int d = index.length - 1; d >= 0; d--) {
                at += strides.get(d);
                if (++index[d] < shape.get(d)) {
                    break;
                }
                at -= strides.get(d) * shape.get(d);
                index[d] = 0;
            }
        }
        return values;
    }

    private boolean isContiguous() {
        long expected = 1;
        for (int d = shape.size() - 1; d >= 0; d--) {
            if (shape.get(d) != 1 && strides.get(d) != expected) {
                return false;
            }
            expected *= shape.get(d);
        }
        return true;
    }
}
