package dev.graft.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Builds TensorFlow bundles: an index of one block, and one file of values. */
final class BundleBytes {
    private static final long MAGIC = 0xdb4775248b80fb57L;

    /** BundleHeaderProto of one file of values. */
    static final byte[] HEADER = new FileBytes().number(1, 1).toArray();

    private final FileBytes entries;
    private final FileBytes values = new FileBytes();
    private int offset;

    BundleBytes() {
        this(new FileBytes());
        entry("", HEADER);
    }

    private BundleBytes(FileBytes entries) {
        this.entries = entries;
    }

    static BundleBytes withoutHeader() {
        return new BundleBytes(new FileBytes());
    }

    /** A float variable with these values. */
    BundleBytes floats(String name, long[] shape, float... content) {
        byte[] bytes = FileBytes.floats(content);
        entry(name, variable(1, shape, offset, bytes));
        values.bytes(bytes);
        offset += bytes.length;
        return this;
    }

    /** BundleEntryProto of values at an offset of the first file. */
    static byte[] variable(int type, long[] shape, long offset, byte[] content) {
        FileBytes dimensions = new FileBytes();
        for (long size : shape) {
            dimensions.field(2, new FileBytes().number(1, size).toArray());
        }
        return new FileBytes()
                .number(1, type)
                .field(2, dimensions.toArray())
                .number(4, offset)
                .number(5, content.length)
                .fixed32(6, SortedTable.maskedCrc(ByteBuffer.wrap(content)))
                .toArray();
    }

    BundleBytes entry(String key, byte[] value) {
        entries.bytes(tableEntry(0, key, value));
        return this;
    }

    BundleBytes raw(byte[] tableEntries) {
        entries.bytes(tableEntries);
        return this;
    }

    static byte[] tableEntry(int shared, String rest, byte[] value) {
        return new FileBytes()
                .varint(shared)
                .varint(rest.length())
                .varint(value.length)
                .bytes(rest.getBytes(StandardCharsets.UTF_8))
                .bytes(value)
                .toArray();
    }

    /** Writes both files; returns the index. */
    Path write(Path directory) throws IOException {
        FileBytes.write(directory.resolve("bert_model.ckpt.data-00000-of-00001"), values.toArray());
        return FileBytes.write(directory.resolve("bert_model.ckpt.index"), index());
    }

    byte[] index() {
        byte[] block = block(entries.toArray());
        byte[] meta = block(new byte[0]);
        byte[] blockHandle = handle(0, block.length);
        byte[] index = block(tableEntry(0, "~", blockHandle));
        byte[] handles = new FileBytes()
                .bytes(handle(block.length, meta.length))
                .bytes(handle(block.length + meta.length, index.length))
                .toArray();
        return new FileBytes()
                .bytes(block)
                .bytes(meta)
                .bytes(index)
                .bytes(handles)
                .bytes(new byte[40 - handles.length])
                .int64(MAGIC)
                .toArray();
    }

    /** A block's entries, its one restart, and the trailer of compression and checksum. */
    private static byte[] block(byte[] entries) {
        byte[] content =
                new FileBytes().bytes(entries).int32(0).int32(1).bytes((byte) 0).toArray();
        return new FileBytes()
                .bytes(content)
                .int32(SortedTable.maskedCrc(ByteBuffer.wrap(content)))
                .toArray();
    }

    private static byte[] handle(int offset, int blockWithTrailer) {
        return new FileBytes().varint(offset).varint(blockWithTrailer - 5).toArray();
    }
}
