package dev.graft.weights;

import dev.graft.tensor.Device;
import dev.graft.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * An open file of tensors. The names are Hugging Face's and matrices are [out, in], whatever the format keeps.
 *
 * <p>Sources may be read by several threads at once; {@link #close} ends all reading. The file is mapped into memory, so it
 * must not be overwritten in place while it is open (replacing it, as {@link SafetensorsWriter} does, is safe).
 */
public interface TensorSource extends AutoCloseable {
    /**
     * Opens a file whose format is told by its content: safetensors, the index of a sharded safetensors model
     * ({@code model.safetensors.index.json}), ONNX, the index of a TensorFlow bundle ({@code bert_model.ckpt.index}), or a file
     * of PyTorch's {@code torch.save}.
     *
     * @throws WeightsException where there is no such file, it is none of these (a git-lfs pointer, a web page, ...), or it is
     *     broken
     */
    static TensorSource open(Path file) {
        return switch (FileFormat.of(file)) {
            case SAFETENSORS -> SafetensorsFile.open(file);
            case SAFETENSORS_INDEX -> ShardedSafetensors.open(file);
            case ONNX -> OnnxNames.rename(OnnxFile.open(file));
            case TENSORFLOW_INDEX -> BertNames.rename(TensorFlowBundle.open(file));
            case TORCH -> TorchFile.open(file);
        };
    }

    /** The file that was opened; for a sharded model its index. */
    Path file();

    /** All tensors, in the file's order. */
    List<TensorInfo> tensors();

    /** Whether there is a tensor of this name. */
    boolean contains(String name);

    /**
     * Type and shape of a tensor.
     *
     * @throws WeightsException where there is no tensor of this name
     */
    TensorInfo info(String name);

    /**
     * The values of a tensor, little-endian and in row-major order: a read-only view of the file where it stores them so, else
     * a copy.
     *
     * @throws WeightsException where there is no tensor of this name, its data is broken, or it is larger than 2 GiB
     */
    ByteBuffer bytes(String name);

    /**
     * A copy of a tensor on the CPU, in the type in which it is stored; it belongs to the innermost open
     * {@link dev.graft.tensor.Scope}, or to the caller.
     *
     * @throws WeightsException as {@link #bytes} does
     */
    default Tensor read(String name) {
        TensorInfo info = info(name);
        return Tensor.fromBytes(bytes(name), info.dtype(), Device.CPU, info.dimensions());
    }

    /** What the file says about itself, such as {@code format=pt}; empty where the format has no such place. */
    Map<String, String> metadata();

    @Override
    void close();
}
