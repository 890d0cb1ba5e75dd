package dev.graft.weights;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/** Writes a file whole or not at all: a reader finds the old content or the new, never a part, even after a crash. */
public final class AtomicFile {
    /** What fills the file. */
    @FunctionalInterface
    public interface Content {
        void writeTo(FileChannel channel) throws IOException;
    }

    private AtomicFile() {}

    /**
     * Writes to a sibling, syncs it to the disk and moves it into place; where any of it fails, also in {@code content}, the
     * sibling is removed and the file is as before.
     *
     * @throws IOException where the directory does not exist, the disk is full, ...
     */
    public static void write(Path file, Content content) throws IOException {
        Path target = file.toAbsolutePath();
        Path sibling = target.resolveSibling(".%s.%s.tmp".formatted(target.getFileName(), UUID.randomUUID()));
        try {
            try (FileChannel channel =
                    FileChannel.open(sibling, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                content.writeTo(channel);
                channel.force(true);
            }
            Files.move(sibling, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(sibling);
        }
        syncDirectory(target);
    }

    /** Makes the new name last through a crash, where the system can open a directory (Windows cannot). */
    private static void syncDirectory(Path file) {
        Path directory = file.getParent();
        if (directory == null) {
            return;
        }
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            // The file itself is synced and in place.
        }
    }
}
