package dev.graft.weights;

import dev.graft.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Writes safetensors files, byte for byte as the reference writer does: tensors with wide types first, then by name; the header
 * padded to a multiple of 8. A file is written whole or not at all ({@link AtomicFile}).
 */
public final class SafetensorsWriter {
    private SafetensorsWriter() {}

    /**
     * Writes tensors, each in its own type, from whatever device they are on.
     *
     * @param metadata what the file says about itself, such as {@code format=pt} as PEFT writes it; empty for nothing
     * @throws WeightsException where the file cannot be written
     */
    public static void write(Path file, Map<String, Tensor> tensors, Map<String, String> metadata) {
        List<TensorInfo> infos = new ArrayList<>();
        tensors.forEach((name, tensor) -> infos.add(info(name, tensor)));
        write(
                file,
                infos,
                metadata,
                info -> Objects.requireNonNull(tensors.get(info.name())).toBytes());
    }

    /**
     * Writes all tensors of another file, for instance an ONNX file's as safetensors.
     *
     * @throws WeightsException where the file cannot be written, or the other cannot be read
     */
    public static void copy(TensorSource source, Path file, Map<String, String> metadata) {
        copy(source, file, metadata, info -> true, Map.of());
    }

    /**
     * As {@link #copy(TensorSource, Path, Map)}, of those tensors that are wanted.
     *
     * @param changed by name, those that are written with other values, in the type of these
     */
    public static void copy(
            TensorSource source,
            Path file,
            Map<String, String> metadata,
            Predicate<TensorInfo> wanted,
            Map<String, Tensor> changed) {
        List<TensorInfo> chosen = source.tensors().stream()
                .filter(wanted)
                .map(info -> {
                    Tensor other = changed.get(info.name());
                    return other == null ? info : info(info.name(), other);
                })
                .toList();
        write(file, chosen, metadata, info -> {
            Tensor other = changed.get(info.name());
            return other == null ? source.bytes(info.name()) : other.toBytes();
        });
    }

    private static TensorInfo info(String name, Tensor tensor) {
        return new TensorInfo(
                name, tensor.dtype(), Arrays.stream(tensor.shape()).boxed().toList());
    }

    private static void write(
            Path file,
            List<TensorInfo> tensors,
            Map<String, String> metadata,
            Function<TensorInfo, ByteBuffer> values) {
        if (tensors.stream().anyMatch(tensor -> tensor.name().equals(SafetensorsHeader.METADATA))) {
            throw new IllegalArgumentException("the format keeps this name for itself: " + SafetensorsHeader.METADATA);
        }
        SafetensorsHeader header = SafetensorsHeader.layOut(tensors, metadata);
        byte[] encoded = header.encode();
        try {
            AtomicFile.write(file, channel -> {
                ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
                writeFully(channel, length.putLong(encoded.length).flip());
                writeFully(channel, ByteBuffer.wrap(encoded));
                for (SafetensorsHeader.Entry entry : header.entries()) {
                    writeFully(channel, values.apply(entry.info()));
                }
            });
        } catch (IOException e) {
            throw new WeightsException(
                    file, "cannot be written: " + e + "; check the space left there and the permissions", e);
        }
    }

    private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
