package dev.graft.hub;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One folder of the cache: filled whole or not at all, by one thread of one process at a time.
 *
 * <p>The files are written to a sibling, {@code <folder>.part}, which an interrupted fill leaves behind for the next
 * one to go on with or to clear.
 */
final class CacheSlot {
    private static final Logger LOG = LoggerFactory.getLogger(CacheSlot.class);
    /** A file lock keeps processes apart, but throws when a second thread of this one asks for it. */
    private static final ConcurrentMap<Path, Object> MONITORS = new ConcurrentHashMap<>();

    private final Path folder;

    CacheSlot(Path folder) {
        this.folder = folder.toAbsolutePath().normalize();
    }

    /** Writes the files of the folder into another folder, {@code work}, which exists and may hold an earlier try. */
    @FunctionalInterface
    interface Filler {
        void fill(Path work) throws IOException;
    }

    Path folder() {
        return folder;
    }

    /**
     * Fills the folder unless it is filled.
     *
     * @param filled whether the folder holds all it should; asked again once no other process can be filling it
     */
    void fill(BooleanSupplier filled, Filler filler) {
        if (filled.getAsBoolean()) {
            return;
        }
        synchronized (MONITORS.computeIfAbsent(folder, path -> new Object())) {
            try {
                Files.createDirectories(folder.getParent());
                try (FileChannel channel = FileChannel.open(
                                sibling(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                        FileLock lock = lock(channel)) {
                    if (lock.isValid() && !filled.getAsBoolean()) {
                        Path work = Files.createDirectories(sibling(".part"));
                        filler.fill(work);
                        moveIn(work);
                    }
                }
            } catch (IOException e) {
                throw new HubException(
                        "cannot write the cache folder " + folder + ": " + e
                                + "; check its permissions and the space left, or name another cache with GRAFT_CACHE",
                        e);
            }
        }
    }

    private FileLock lock(FileChannel channel) throws IOException {
        FileLock lock = channel.tryLock();
        if (lock != null) {
            return lock;
        }
        LOG.info("waiting for another process that is filling {}", folder);
        return channel.lock();
    }

    private void moveIn(Path work) throws IOException {
        for (Path file : contents(work)) {
            if (Files.isRegularFile(file)) {
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                    channel.force(true);
                }
            }
        }
        Path old = sibling(".old");
        clear(old);
        if (Files.exists(folder)) {
            Files.move(folder, old, StandardCopyOption.ATOMIC_MOVE);
        }
        Files.move(work, folder, StandardCopyOption.ATOMIC_MOVE);
        clear(old);
    }

    private Path sibling(String ending) {
        return folder.resolveSibling(folder.getFileName() + ending);
    }

    /** Deletes a file or folder and all that it holds, if it exists. */
    static void clear(Path path) throws IOException {
        for (Path file : contents(path).reversed()) {
            Files.delete(file);
        }
    }

    /** The folder and all below it, a folder before what it holds. */
    private static List<Path> contents(Path path) throws IOException {
        if (!Files.exists(path)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(path)) {
            return files.sorted(Comparator.naturalOrder()).toList();
        }
    }
}
