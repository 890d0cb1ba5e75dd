package dev.graft.weights;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.LongConsumer;

/**
 * Walks over the fields of one protobuf message: {@link #next} goes to a field, {@link #field} is its number, and one of the
 * value methods gives its value. Nothing is copied, fields nobody asks for cost nothing, and a length is checked against the
 * bytes that are there before it is used.
 *
 * <p>The wire format is described in protobuf's documentation under "Encoding".
 */
final class ProtoReader {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED32 = 5;

    private static final int MAX_VARINT_BITS = 64;

    private final Path file;
    private final ByteBuffer message;
    private int field;
    private int wireType;
    private long number;
    private ByteBuffer bytes = ByteBuffer.allocate(0);

    ProtoReader(Path file, ByteBuffer message) {
        this.file = file;
        this.message = message.slice().order(ByteOrder.LITTLE_ENDIAN);
    }

    Path file() {
        return file;
    }

    /** Goes to the next field; false at the end of the message. */
    boolean next() {
        if (!message.hasRemaining()) {
            return false;
        }
        long tag = varint(message);
        long id = tag >>> 3;
        if (id == 0 || id > Integer.MAX_VALUE) {
            throw broken("a field has the number " + Long.toUnsignedString(id));
        }
        field = (int) id;
        wireType = (int) (tag & 7);
        switch (wireType) {
            case VARINT -> number = varint(message);
            case FIXED64 -> number = take(Long.BYTES).getLong();
            case FIXED32 -> number = take(Integer.BYTES).getInt();
            case BYTES -> bytes = take(varint(message));
            default -> throw broken("field %d has wire type %d".formatted(field, wireType));
        }
        return true;
    }

    int field() {
        return field;
    }

    /** The value of an integer field of any width. */
    long number() {
        if (wireType == BYTES) {
            throw broken("field %d should be a number".formatted(field));
        }
        return number;
    }

    /** The value of a field of bytes: a view. */
    ByteBuffer bytes() {
        if (wireType != BYTES) {
            throw broken("field %d should be a range of bytes".formatted(field));
        }
        return bytes;
    }

    String text() {
        return StandardCharsets.UTF_8.decode(bytes().duplicate()).toString();
    }

    /** The value of a message field. */
    ProtoReader message() {
        return new ProtoReader(file, bytes());
    }

    /** The value or values of a repeated integer field, which may be packed. */
    void numbers(LongConsumer each) {
        if (wireType == BYTES) {
            ByteBuffer packed = bytes.duplicate();
            while (packed.hasRemaining()) {
                each.accept(varint(packed));
            }
        } else {
            each.accept(number);
        }
    }

    private ByteBuffer take(long length) {
        if (length < 0 || length > message.remaining()) {
            throw broken("field %d has %s bytes, but only %d follow"
                    .formatted(field, Long.toUnsignedString(length), message.remaining()));
        }
        ByteBuffer slice = message.slice(message.position(), (int) length).order(ByteOrder.LITTLE_ENDIAN);
        message.position(message.position() + (int) length);
        return slice;
    }

    private long varint(ByteBuffer buffer) {
        long value = 0;
        for (int shift = 0; shift < MAX_VARINT_BITS; shift += 7) {
            if (!buffer.hasRemaining()) {
                throw broken("it ends within a number");
            }
            byte next = buffer.get();
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw broken("a number has more than ten bytes");
    }

    private WeightsException broken(String problem) {
        return new WeightsException(
                file, "is broken, truncated or of another format (protobuf: %s); download it again".formatted(problem));
    }
}
