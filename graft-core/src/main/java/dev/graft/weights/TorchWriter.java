package dev.graft.weights;

import dev.graft.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes files that {@code torch.load} reads with {@code weights_only=True}: a dictionary of tensors, each with a storage of
 * its own, as {@link TorchFile} reads them back. A file is written whole or not at all ({@link AtomicFile}).
 */
public final class TorchWriter {
    private final ByteArrayOutputStream pickle = new ByteArrayOutputStream();

    private TorchWriter() {}

    /**
     * Writes tensors, each in its own type, from whatever device they are on.
     *
     * @throws WeightsException where the file cannot be written
     */
    public static void write(Path file, Map<String, Tensor> tensors) {
        String name = file.getFileName().toString();
        String folder = name.replaceFirst("\\.[^.]*$", "") + "/";
        try {
            AtomicFile.write(file, channel -> {
                ZipOutputStream zip = new ZipOutputStream(Channels.newOutputStream(channel));
                put(zip, folder + TorchArchive.PICKLE, new TorchWriter().describe(tensors));
                put(zip, folder + "byteorder", text("little"));
                int key = 0;
                for (Tensor tensor : tensors.values()) {
                    put(zip, folder + "data/" + key++, tensor.toBytes());
                }
                put(zip, folder + "version", text("3\n"));
                // Not closed: the channel is still to be synced.
                zip.finish();
            });
        } catch (IOException e) {
            throw new WeightsException(
                    file, "cannot be written: " + e + "; check the space left there and the permissions", e);
        }
    }

    private static ByteBuffer text(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static void put(ZipOutputStream zip, String name, ByteBuffer content) throws IOException {
        byte[] bytes = new byte[content.remaining()];
        content.get(bytes);
        CRC32 sum = new CRC32();
        sum.update(bytes);
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(bytes.length);
        entry.setCrc(sum.getValue());
        zip.putNextEntry(entry);
        zip.write(bytes);
        zip.closeEntry();
    }

    private ByteBuffer describe(Map<String, Tensor> tensors) {
        op(PickleOpcode.PROTO);
        pickle.write(2);
        op(PickleOpcode.EMPTY_DICT, PickleOpcode.MARK);
        int key = 0;
        for (Map.Entry<String, Tensor> tensor : tensors.entrySet()) {
            unicode(tensor.getKey());
            describe(tensor.getValue(), key++);
        }
        op(PickleOpcode.SETITEMS, PickleOpcode.STOP);
        return ByteBuffer.wrap(pickle.toByteArray());
    }

    /** {@code _rebuild_tensor_v2(storage, 0, shape, strides, False, OrderedDict())}. */
    private void describe(Tensor tensor, int key) {
        long[] shape = tensor.shape();
        long[] strides = new long[shape.length];
        long elements = 1;
        for (int d = shape.length - 1; d >= 0; d--) {
            strides[d] = elements;
            elements *= shape[d];
        }
        global(TorchFile.REBUILD_TENSOR);
        op(PickleOpcode.MARK, PickleOpcode.MARK);
        unicode("storage");
        global(TorchFile.storage(tensor.dtype()));
        unicode(Integer.toString(key));
        unicode("cpu");
        number(elements);
        op(PickleOpcode.TUPLE, PickleOpcode.BINPERSID);
        number(0);
        numbers(shape);
        numbers(strides);
        op(PickleOpcode.NEWFALSE);
        global(TorchFile.ORDERED_DICT);
        op(PickleOpcode.EMPTY_TUPLE, PickleOpcode.REDUCE, PickleOpcode.TUPLE, PickleOpcode.REDUCE);
    }

    private void op(PickleOpcode... opcodes) {
        for (PickleOpcode opcode : opcodes) {
            pickle.write(opcode.code);
        }
    }

    private void unicode(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        op(PickleOpcode.BINUNICODE);
        pickle.writeBytes(ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(bytes.length)
                .array());
        pickle.writeBytes(bytes);
    }

    private void global(String name) {
        int point = name.lastIndexOf('.');
        op(PickleOpcode.GLOBAL);
        pickle.writeBytes("%s\n%s\n"
                .formatted(name.substring(0, point), name.substring(point + 1))
                .getBytes(StandardCharsets.UTF_8));
    }

    private void number(long number) {
        op(PickleOpcode.LONG1);
        pickle.write(Long.BYTES);
        pickle.writeBytes(ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(number)
                .array());
    }

    private void numbers(long[] numbers) {
        op(PickleOpcode.MARK);
        for (long number : numbers) {
            number(number);
        }
        op(PickleOpcode.TUPLE);
    }
}
