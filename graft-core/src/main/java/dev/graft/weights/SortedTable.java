package dev.graft.weights;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.zip.CRC32C;

/**
 * Reads LevelDB's sorted table, in which TensorFlow keeps the index of a bundle: blocks of entries whose keys share a prefix
 * with the one before, an index block of the blocks' ranges, and a footer that says where the index block is.
 */
final class SortedTable {
    private static final long MAGIC = 0xdb4775248b80fb57L;
    private static final int FOOTER = 48;
    private static final int BLOCK_TRAILER = 5;
    private static final int CRC_DELTA = 0xa282ead8;

    /** A thousand times the index of BERT-base: large enough for any model, too small to fill the memory. */
    private static final long MAX_BYTES = 8L << 20;

    /** Shared prefixes let a few bytes of file stand for a long name; all names together may have this many bytes. */
    private static final long MAX_KEY_BYTES = 64L << 20;

    private final Path file;
    private final ByteBuffer table;
    private final Map<String, ByteBuffer> entries = new LinkedHashMap<>();
    private long keyBytes;
    private long readTo;

    private SortedTable(Path file, ByteBuffer table) {
        this.file = file;
        this.table = table;
    }

    /** Whether the last eight bytes of a file are those of a sorted table. */
    static boolean isMagic(long last) {
        return last == MAGIC;
    }

    /** The values by key, in the order of the keys. */
    static Map<String, ByteBuffer> read(MappedFile mapped) {
        if (mapped.size() > MAX_BYTES) {
            throw new WeightsException(
                    mapped.file(), "an index of %d bytes is over the limit of %d".formatted(mapped.size(), MAX_BYTES));
        }
        SortedTable table = new SortedTable(mapped.file(), mapped.bytes(0, mapped.size()));
        table.read();
        return table.entries;
    }

    private void read() {
        int size = table.limit();
        if (size < FOOTER || !isMagic(table.getLong(size - Long.BYTES))) {
            throw new WeightsException(
                    file, "is truncated or not the index of a TensorFlow bundle: the last 8 bytes are not a table's");
        }
        ByteBuffer footer = table.slice(size - FOOTER, FOOTER);
        // The meta index block comes first; TensorFlow keeps nothing in it.
        varint(footer);
        varint(footer);
        ByteBuffer index = block(varint(footer), varint(footer));
        forEach(index, (key, handle) -> {
            long offset = varint(handle);
            if (offset < readTo) {
                throw broken("block at %d overlaps the one before".formatted(offset));
            }
            ByteBuffer block = block(offset, varint(handle));
            readTo = offset + block.remaining();
            forEach(block, (name, value) -> {
                if (entries.putIfAbsent(name, value) != null) {
                    throw broken("key '%s' comes twice".formatted(name));
                }
            });
        });
    }

    private ByteBuffer block(long offset, long size) {
        if (offset < 0 || size < 0 || offset > table.limit() || size > table.limit() - offset - BLOCK_TRAILER) {
            throw broken("block [%d, +%d] lies outside of the file's %d bytes".formatted(offset, size, table.limit()));
        }
        int end = (int) (offset + size);
        int compression = table.get(end);
        if (compression != 0) {
            throw new WeightsException(
                    file,
                    "has a block of compression %d; TensorFlow writes such indexes uncompressed"
                            .formatted(compression));
        }
        int stored = table.order(ByteOrder.LITTLE_ENDIAN).getInt(end + 1);
        if (stored != maskedCrc(table.slice((int) offset, (int) size + 1))) {
            throw broken("the checksum of the block at %d does not match".formatted(offset));
        }
        return table.slice((int) offset, (int) size).order(ByteOrder.LITTLE_ENDIAN);
    }

    private void forEach(ByteBuffer block, BiConsumer<String, ByteBuffer> each) {
        ByteBuffer rest = withoutRestarts(block);
        byte[] key = {};
        while (rest.hasRemaining()) {
            long shared = varint(rest);
            long own = varint(rest);
            long valueSize = varint(rest);
            if (shared < 0 || shared > key.length || own < 0 || valueSize < 0) {
                throw broken("an entry has sizes %d, %d, %d".formatted(shared, own, valueSize));
            }
            if (own > rest.remaining() || valueSize > rest.remaining() - own) {
                throw broken("an entry reaches over the end of its block");
            }
            keyBytes += shared + own;
            if (keyBytes > MAX_KEY_BYTES) {
                throw broken("its names have more than %d bytes".formatted(MAX_KEY_BYTES));
            }
            byte[] next = new byte[(int) (shared + own)];
            System.arraycopy(key, 0, next, 0, (int) shared);
            rest.get(next, (int) shared, (int) own);
            key = next;
            ByteBuffer value = rest.slice(rest.position(), (int) valueSize);
            rest.position(rest.position() + (int) valueSize);
            each.accept(new String(key, StandardCharsets.UTF_8), value);
        }
    }

    /** A block ends with the places where no prefix is shared, for searching, and how many there are. */
    private ByteBuffer withoutRestarts(ByteBuffer block) {
        int size = block.remaining();
        long restarts = size < Integer.BYTES ? -1 : block.getInt(size - Integer.BYTES);
        long entriesEnd = size - Integer.BYTES * (restarts + 1);
        if (restarts < 0 || entriesEnd < 0) {
            throw broken("a block of %d bytes has %d restarts".formatted(size, restarts));
        }
        return block.slice(0, (int) entriesEnd);
    }

    /** The checksum that TensorFlow and LevelDB store: CRC-32C, masked since the data may hold such checksums itself. */
    static int maskedCrc(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate());
        return Integer.rotateRight((int) crc.getValue(), 15) + CRC_DELTA;
    }

    private long varint(ByteBuffer buffer) {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE && buffer.hasRemaining(); shift += 7) {
            byte next = buffer.get();
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw broken("it ends within a number");
    }

    private WeightsException broken(String problem) {
        return new WeightsException(file, "the index is broken (%s); download it again".formatted(problem));
    }
}
