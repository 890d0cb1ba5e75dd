package dev.graft.weights;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Archives of torch.save made by hand: the pickle's opcodes one by one, and any files beside it. */
final class TorchBytes {
    private final FileBytes pickle = new FileBytes().bytes((byte) 0x80, (byte) 2);
    private final Map<String, byte[]> files = new LinkedHashMap<>();
    private int method = ZipEntry.STORED;

    TorchBytes opcodes(PickleOpcode... opcodes) {
        for (PickleOpcode opcode : opcodes) {
            pickle.bytes((byte) opcode.code);
        }
        return this;
    }

    TorchBytes raw(byte... bytes) {
        pickle.bytes(bytes);
        return this;
    }

    TorchBytes text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        opcodes(PickleOpcode.BINUNICODE);
        pickle.int32(bytes.length).bytes(bytes);
        return this;
    }

    TorchBytes number(long number) {
        opcodes(PickleOpcode.LONG1);
        pickle.bytes((byte) 8).int64(number);
        return this;
    }

    TorchBytes global(String module, String name) {
        opcodes(PickleOpcode.GLOBAL);
        pickle.bytes((module + "\n" + name + "\n").getBytes(StandardCharsets.UTF_8));
        return this;
    }

    TorchBytes numbers(long... numbers) {
        opcodes(PickleOpcode.MARK);
        for (long number : numbers) {
            number(number);
        }
        return opcodes(PickleOpcode.TUPLE);
    }

    /** A tensor as torch.save describes it, on the stack. */
    TorchBytes tensor(String type, String key, long elements, long offset, long[] shape, long[] strides) {
        return global("torch._utils", "_rebuild_tensor_v2")
                .opcodes(PickleOpcode.MARK, PickleOpcode.MARK)
                .text("storage")
                .global("torch", type)
                .text(key)
                .text("cpu")
                .number(elements)
                .opcodes(PickleOpcode.TUPLE, PickleOpcode.BINPERSID)
                .number(offset)
                .numbers(shape)
                .numbers(strides)
                .opcodes(PickleOpcode.NEWFALSE)
                .global("collections", "OrderedDict")
                .opcodes(PickleOpcode.EMPTY_TUPLE, PickleOpcode.REDUCE, PickleOpcode.TUPLE, PickleOpcode.REDUCE);
    }

    TorchBytes file(String name, byte... content) {
        files.put(name, content);
        return this;
    }

    TorchBytes compressed() {
        method = ZipEntry.DEFLATED;
        return this;
    }

    /** A dictionary with the one tensor "a" of floats, and its values. */
    static TorchBytes one(long offset, long[] shape, long[] strides, float... values) {
        return new TorchBytes()
                .opcodes(PickleOpcode.EMPTY_DICT)
                .text("a")
                .tensor("FloatStorage", "0", values.length, offset, shape, strides)
                .opcodes(PickleOpcode.SETITEM, PickleOpcode.STOP)
                .file("data/0", FileBytes.floats(values));
    }

    byte[] toArray() {
        return zip(pickle.toArray());
    }

    /** The archive around a pickle of any bytes. */
    byte[] zip(byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            put(zip, "archive/data.pkl", content);
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                put(zip, "archive/" + file.getKey(), file.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private void put(ZipOutputStream zip, String name, byte[] content) throws IOException {
        CRC32 sum = new CRC32();
        sum.update(content);
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(method);
        entry.setSize(content.length);
        entry.setCrc(sum.getValue());
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }
}
