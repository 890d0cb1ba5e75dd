package dev.graft.weights;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files made by hand, byte by byte. */
final class FileBytes {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /** A safetensors file: this header, unpadded, and that many bytes of data counting up. */
    static byte[] safetensors(String header, int dataBytes) {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        return new FileBytes()
                .int64(text.length)
                .bytes(text)
                .bytes(countingUp(dataBytes))
                .toArray();
    }

    static byte[] countingUp(int size) {
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; i++) {
            bytes[i] = (byte) i;
        }
        return bytes;
    }

    static byte[] floats(float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes.array();
    }

    static byte[] array(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    static Path write(Path file, byte[] content) throws IOException {
        return Files.write(file, content);
    }

    FileBytes bytes(byte... bytes) {
        out.writeBytes(bytes);
        return this;
    }

    FileBytes int32(int value) {
        return bytes(ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array());
    }

    FileBytes int64(long value) {
        return bytes(ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array());
    }

    FileBytes varint(long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            out.write((int) ((rest & 0x7f) | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
        return this;
    }

    /** A protobuf field of a number. */
    FileBytes number(int field, long value) {
        return varint((long) field << 3).varint(value);
    }

    /** A protobuf field of a 32-bit number of fixed width. */
    FileBytes fixed32(int field, int value) {
        return varint(((long) field << 3) | 5).int32(value);
    }

    /** A protobuf field of bytes or of a message. */
    FileBytes field(int field, byte... value) {
        return varint(((long) field << 3) | 2).varint(value.length).bytes(value);
    }

    /** A protobuf field of text. */
    FileBytes field(int field, String value) {
        return field(field, value.getBytes(StandardCharsets.UTF_8));
    }

    byte[] toArray() {
        return out.toByteArray();
    }
}
