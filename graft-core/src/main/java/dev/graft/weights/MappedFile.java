package dev.graft.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * A file of any size, mapped read-only into memory; safe to read from several threads.
 *
 * <p>A buffer ends at 2 GiB, so the file is mapped in windows that begin at every stride and reach one stride into the next:
 * a range of up to a stride lies whole in one of them. Mapping all at once, when opening, lets the channel be closed at once: a
 * channel kept open would be closed for all readers by the interruption of one.
 */
final class MappedFile {
    private static final long STRIDE = 1L << 30;

    private final Path file;
    private final long size;
    private final long stride;
    private volatile List<MappedByteBuffer> windows;

    private MappedFile(Path file, long size, long stride, List<MappedByteBuffer> windows) {
        this.file = file;
        this.size = size;
        this.stride = stride;
        this.windows = windows;
    }

    static MappedFile open(Path file) {
        return open(file, STRIDE);
    }

    static MappedFile open(Path file, long stride) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            if (size == 0) {
                throw new WeightsException(file, "the file is empty; download or copy it again");
            }
            List<MappedByteBuffer> windows = new ArrayList<>();
            for (long start = 0; start < size; start += stride) {
                long length = Math.min(2 * stride - 1, size - start);
                windows.add(channel.map(FileChannel.MapMode.READ_ONLY, start, length));
            }
            return new MappedFile(file, size, stride, List.copyOf(windows));
        } catch (IOException e) {
            throw new WeightsException(file, "cannot be read: " + e, e);
        }
    }

    Path file() {
        return file;
    }

    long size() {
        return size;
    }

    /** The bytes of a range that the caller has checked to lie in the file, little-endian and read-only. */
    ByteBuffer bytes(long offset, long length) {
        if (length > Integer.MAX_VALUE) {
            throw new WeightsException(
                    file, "%d bytes at offset %d are more than the 2 GiB read at once".formatted(length, offset));
        }
        if (length <= stride || windowHolds(offset, length)) {
            return slice(offset, (int) length);
        }
        ByteBuffer copy = ByteBuffer.allocate((int) length).order(ByteOrder.LITTLE_ENDIAN);
        while (copy.hasRemaining()) {
            copy.put(slice(offset + copy.position(), (int) Math.min(stride, copy.remaining())));
        }
        return copy.flip();
    }

    private boolean windowHolds(long offset, long length) {
        return offset % stride + length <= 2 * stride - 1;
    }

    private ByteBuffer slice(long offset, int length) {
        List<MappedByteBuffer> open = windows;
        if (open.isEmpty()) {
            throw new IllegalStateException(file + " is closed");
        }
        // The last byte of a file may end an empty range, which then lies behind the last window's start.
        int window = (int) Math.min(offset / stride, open.size() - 1);
        int start = (int) (offset - window * stride);
        return open.get(window).slice(start, length).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Ends reading; the memory is unmapped once no buffer of it is reachable. */
    void close() {
        windows = List.of();
    }
}
