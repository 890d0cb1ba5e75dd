package dev.graft.tensor;

import static org.bytedeco.pytorch.global.torch.cat;
import static org.bytedeco.pytorch.global.torch.stack;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * A dense n-dimensional array on a {@link Device}, recorded for gradients where it needs them.
 *
 * <p><b>Ownership.</b> Every method that returns a tensor returns a new native handle owned by the innermost open
 * {@link Scope} of the calling thread, or by the caller where none is open; views share their storage. {@link #retain}
 * makes a tensor outlive its scope.
 *
 * <p><b>Threads.</b> Reading one tensor from several threads is safe; changing it in place is not. Native failures
 * become {@link TensorException}, and {@link OutOfMemoryException} where memory was missing.
 */
public final class Tensor implements AutoCloseable {
    static {
        Native.initialize();
    }

    final org.bytedeco.pytorch.Tensor handle;

    Tensor(org.bytedeco.pytorch.Tensor handle) {
        this.handle = handle;
    }

    static Tensor op(Supplier<org.bytedeco.pytorch.Tensor> operation) {
        return new Tensor(Native.call(operation));
    }

    // ---- making

    /** A tensor of the given values on the CPU, in row-major order. */
    public static Tensor of(float[] values, long... shape) {
        ByteBuffer bytes = littleEndian((long) values.length * Float.BYTES);
        bytes.asFloatBuffer().put(values);
        return fromBytes(bytes, DType.FLOAT32, Device.CPU, shape);
    }

    /** A tensor of the given values on the CPU, in row-major order. */
    public static Tensor of(double[] values, long... shape) {
        ByteBuffer bytes = littleEndian((long) values.length * Double.BYTES);
        bytes.asDoubleBuffer().put(values);
        return fromBytes(bytes, DType.FLOAT64, Device.CPU, shape);
    }

    /** A tensor of the given values on the CPU, in row-major order. */
    public static Tensor of(long[] values, long... shape) {
        ByteBuffer bytes = littleEndian((long) values.length * Long.BYTES);
        bytes.asLongBuffer().put(values);
        return fromBytes(bytes, DType.INT64, Device.CPU, shape);
    }

    /**
     * A copy of little-endian values in row-major order.
     *
     * @throws TensorException where the buffer's remaining bytes are not exactly those of the shape
     */
    public static Tensor fromBytes(ByteBuffer bytes, DType dtype, Device device, long... shape) {
        long elements = 1;
        for (long size : shape) {
            elements = Math.multiplyExact(elements, size);
        }
        if (elements * dtype.bytes() != bytes.remaining()) {
            throw new TensorException("%s %s needs %d bytes: %d"
                    .formatted(dtype, Arrays.toString(shape), elements * dtype.bytes(), bytes.remaining()));
        }
        Tensor tensor = empty(dtype, Device.CPU, shape);
        if (elements > 0) {
            tensor.storage().put(bytes.duplicate());
        }
        return device.equals(Device.CPU) ? tensor : tensor.to(device);
    }

    static Tensor empty(DType dtype, Device device, long... shape) {
        return op(() -> torch.empty(shape, options(dtype, device), null));
    }

    public static Tensor zeros(DType dtype, Device device, long... shape) {
        return op(() -> torch.zeros(shape, options(dtype, device)));
    }

    public static Tensor ones(DType dtype, Device device, long... shape) {
        return op(() -> torch.ones(shape, options(dtype, device)));
    }

    /** The numbers from 0 to {@code end - 1}, as INT64. */
    public static Tensor range(long end, Device device) {
        return op(() -> torch.arange(new Scalar(end), options(DType.INT64, device)));
    }

    static TensorOptions options(DType dtype, Device device) {
        return new TensorOptions(dtype.scalarType).device(new DeviceOptional(device.toNative()));
    }

    // ---- looking

    /** The size of each dimension. */
    public long[] shape() {
        return handle.shape();
    }

    /** The size of one dimension; negative ones count from the end. */
    public long size(int dimension) {
        return handle.size(dimension);
    }

    public int dimensions() {
        return (int) handle.dim();
    }

    /** The number of elements. */
    public long elements() {
        return handle.numel();
    }

    public DType dtype() {
        return DType.of(handle.scalar_type().intern());
    }

    public Device device() {
        return handle.is_cuda() ? new Device(Device.Kind.CUDA, handle.device().index()) : Device.CPU;
    }

    /** The only element of a tensor that has one. */
    public double item() {
        return Native.call(handle::item_double);
    }

    /** Whether shapes, types and all values are equal. */
    public boolean equalTo(Tensor other) {
        return Arrays.equals(shape(), other.shape())
                && dtype() == other.dtype()
                && Native.call(() -> handle.equal(other.handle));
    }

    /** Whether no element is NaN or infinite. */
    public boolean isFinite() {
        try (Scope scope = Scope.open()) {
            return Native.call(() -> handle.isfinite().all().item_bool());
        }
    }

    /** A little-endian copy of the values in row-major order. */
    public ByteBuffer toBytes() {
        try (Scope scope = Scope.open()) {
            Tensor contiguous = op(() -> handle.detach().cpu().contiguous());
            ByteBuffer copy = littleEndian(elements() * dtype().bytes());
            if (copy.capacity() > 0) {
                copy.put(contiguous.storage()).flip();
            }
            return copy;
        }
    }

    /** The values as floats, in row-major order, whatever the tensor's type. */
    public float[] toFloats() {
        try (Scope scope = Scope.open()) {
            float[] values = new float[Math.toIntExact(elements())];
            to(DType.FLOAT32).toBytes().asFloatBuffer().get(values);
            return values;
        }
    }

    /** The values as doubles, in row-major order, whatever the tensor's type. */
    public double[] toDoubles() {
        try (Scope scope = Scope.open()) {
            double[] values = new double[Math.toIntExact(elements())];
            to(DType.FLOAT64).toBytes().asDoubleBuffer().get(values);
            return values;
        }
    }

    private ByteBuffer storage() {
        return new BytePointer(handle.data_ptr())
                .capacity(elements() * dtype().bytes())
                .asByteBuffer();
    }

    private static ByteBuffer littleEndian(long bytes) {
        if (bytes > Integer.MAX_VALUE) {
            throw new TensorException("a Java buffer holds at most 2 GiB of a tensor: " + bytes + " bytes");
        }
        return ByteBuffer.allocate((int) bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    // ---- moving and ownership

    /** This tensor where it has the type already, else a copy of it. */
    public Tensor to(DType dtype) {
        return dtype() == dtype ? this : op(() -> handle.to(dtype.scalarType));
    }

    /** This tensor where it lies there already, else a copy of it. */
    public Tensor to(Device device) {
        return device().equals(device) ? this : op(() -> handle.to(device.toNative(), handle.scalar_type()));
    }

    /** A copy of the values, cut off from gradients. */
    public Tensor copy() {
        return op(() -> handle.detach().clone());
    }

    /** The same values without their history. */
    public Tensor detach() {
        return op(handle::detach);
    }

    /** Makes this tensor outlive every scope until {@link #close}. */
    public Tensor retain() {
        handle.retainReference();
        return this;
    }

    /** Frees the native handle of a tensor that no scope owns; its storage goes with the last view of it. */
    @Override
    public void close() {
        handle.close();
    }

    // ---- gradients

    public boolean requiresGradient() {
        return handle.requires_grad();
    }

    /** Adds the gradients of this single element to every parameter that it was computed from. */
    public void backward() {
        Native.call(() -> {
            handle.backward();
            return this;
        });
    }

    // ---- arithmetic; shapes broadcast

    public Tensor plus(Tensor other) {
        return op(() -> handle.add(other.handle));
    }

    public Tensor plus(double other) {
        return op(() -> handle.add(new Scalar(other)));
    }

    /** {@code this + factor * other} in one pass. */
    public Tensor plusScaled(Tensor other, double factor) {
        return op(() -> handle.add(other.handle, new Scalar(factor)));
    }

    public Tensor minus(Tensor other) {
        return op(() -> handle.sub(other.handle));
    }

    public Tensor times(Tensor other) {
        return op(() -> handle.mul(other.handle));
    }

    public Tensor times(double factor) {
        return op(() -> handle.mul(new Scalar(factor)));
    }

    public Tensor dividedBy(Tensor other) {
        return op(() -> handle.div(other.handle));
    }

    public Tensor squared() {
        return op(() -> handle.pow(new Scalar(2.0)));
    }

    public Tensor sqrt() {
        return op(handle::sqrt);
    }

    public Tensor abs() {
        return op(handle::abs);
    }

    public Tensor sum() {
        return op(handle::sum);
    }

    public Tensor sum(int dimension, boolean keepDimension) {
        return op(() -> handle.sum(new long[] {dimension}, keepDimension, new ScalarTypeOptional()));
    }

    public Tensor cumulativeSum(int dimension) {
        return op(() -> handle.cumsum(dimension));
    }

    public Tensor mean() {
        return op(handle::mean);
    }

    public Tensor max() {
        return op(handle::max);
    }

    /** Products of matrices: [.., a, b] x [.., b, c] gives [.., a, c]. */
    public Tensor matmul(Tensor other) {
        return op(() -> handle.matmul(other.handle));
    }

    /** The position of the largest element along the last dimension. */
    public Tensor argmax() {
        return op(() -> handle.argmax(new LongOptional(-1), false));
    }

    // ---- shape

    public Tensor reshape(long... shape) {
        return op(() -> handle.reshape(shape));
    }

    public Tensor transpose(int a, int b) {
        return op(() -> handle.transpose(a, b));
    }

    public Tensor permute(long... order) {
        return op(() -> handle.permute(order));
    }

    public Tensor expand(long... shape) {
        return op(() -> handle.expand(shape));
    }

    /** A new dimension of size one at the given place. */
    public Tensor unsqueeze(int dimension) {
        return op(() -> handle.unsqueeze(dimension));
    }

    /** The view at one index of a dimension, which falls away. */
    public Tensor select(int dimension, long index) {
        return op(() -> handle.select(dimension, index));
    }

    /** The view of {@code length} entries of a dimension from {@code start} on. */
    public Tensor narrow(int dimension, long start, long length) {
        return op(() -> handle.narrow(dimension, start, length));
    }

    /** The rows named by an INT64 vector, copied. */
    public Tensor indexSelect(int dimension, Tensor indices) {
        return op(() -> handle.index_select(dimension, indices.handle));
    }

    /** A copy with {@code length} more entries of the given value behind the others of a dimension, counted from 0. */
    public Tensor padded(int dimension, long length, double value) {
        long[] pairs = new long[2 * (dimensions() - dimension)]; // from the last dimension on: before, behind
        pairs[pairs.length - 1] = length;
        return op(() -> torch.constant_pad_nd(handle, pairs, new Scalar(value)));
    }

    /** This tensor where its elements lie in one piece in row-major order, else such a copy of it. */
    public Tensor contiguous() {
        return op(handle::contiguous);
    }

    /** Joins tensors along an existing dimension. */
    public static Tensor concatenate(int dimension, Tensor... parts) {
        return op(() -> cat(vector(List.of(parts)), dimension));
    }

    /** Joins tensors of one shape along a new dimension. */
    public static Tensor stacked(int dimension, List<Tensor> parts) {
        return op(() -> stack(vector(parts), dimension));
    }

    static TensorVector vector(List<Tensor> tensors) {
        TensorVector vector = new TensorVector(tensors.size());
        for (int i = 0; i < tensors.size(); i++) {
            vector.put(i, tensors.get(i).handle);
        }
        return vector;
    }

    // ---- activations

    public Tensor relu() {
        return op(handle::relu);
    }

    public Tensor tanh() {
        return op(handle::tanh);
    }

    public Tensor sigmoid() {
        return op(handle::sigmoid);
    }

    public Tensor silu() {
        return op(() -> torch.silu(handle));
    }

    /** GELU by the error function. */
    public Tensor gelu() {
        return op(() -> torch.gelu(handle));
    }

    /** GELU by its tanh approximation. */
    public Tensor geluTanh() {
        return op(() -> torch.gelu(handle, "tanh"));
    }

    public Tensor softmax(int dimension) {
        return op(() -> torch.softmax(handle, dimension));
    }

    // ---- in place, for tensors without history

    /** Overwrites the values. */
    public Tensor copyFrom(Tensor source) {
        return Native.call(() -> {
            handle.copy_(source.handle);
            return this;
        });
    }

    /** Marks a leaf for gradients, or takes the mark away. */
    Tensor requireGradient(boolean required) {
        handle.requires_grad_(required);
        return this;
    }

    @Override
    public String toString() {
        return dtype() + Arrays.toString(shape()) + " on " + device();
    }
}
