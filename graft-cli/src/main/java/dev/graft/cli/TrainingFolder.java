package dev.graft.cli;

import dev.graft.Training;
import dev.graft.adapter.Adapter;
import dev.graft.train.Checkpoints;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * {@code <out>.training}: the checkpoints of the training that will write {@code <out>}. While it is open, no other process
 * trains into that place.
 */
final class TrainingFolder implements AutoCloseable {
    private static final String LOCK = "lock";

    private final Path folder;
    private final FileChannel channel;

    private TrainingFolder(Path folder, FileChannel channel) {
        this.folder = folder;
        this.channel = channel;
    }

    /**
     * Takes the place, before anything trains.
     *
     * @throws dev.graft.adapter.AdapterException where {@code out} holds something that is no adapter
     * @throws CommandException where another process trains into it, or it cannot be written
     */
    static TrainingFolder open(Path out) {
        Path target = out.toAbsolutePath().normalize();
        if (target.getFileName() == null) {
            throw new CommandException(target + " cannot be replaced by an adapter; choose another --out");
        }
        Adapter.requirePlace(target);
        Path folder = Training.checkpointsOf(target);
        try {
            Files.createDirectories(folder);
            FileChannel channel =
                    FileChannel.open(folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (lock(channel) == null) {
                channel.close();
                throw new CommandException(
                        "another training into " + target + " is running; wait for its end, or choose another --out");
            }
            return new TrainingFolder(folder, channel);
        } catch (FileSystemException e) {
            String reason = e.getReason() == null ? e.getClass().getSimpleName() : e.getReason();
            throw new CommandException(
                    "cannot write to %s: %s (%s); choose another --out".formatted(target, e.getFile(), reason), e);
        } catch (IOException e) {
            throw new CommandException("cannot write to %s: %s; choose another --out".formatted(target, e), e);
        }
    }

    private static @Nullable FileLock lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    /** Where to go on from: the checkpoint of a training that did not end, or null. */
    @Nullable Path unfinished() {
        return new Checkpoints(folder, "").existing();
    }

    Path path() {
        return folder;
    }

    /** Lets others train into the place; the folder goes unless there is a checkpoint to go on from. */
    @Override
    public void close() {
        try (channel) {
            Files.deleteIfExists(folder.resolve(LOCK));
            Files.deleteIfExists(folder);
        } catch (DirectoryNotEmptyException e) {
            // The checkpoint stays.
        } catch (IOException e) {
            throw new CommandException("cannot tidy up " + folder + ": " + e, e);
        }
    }
}
