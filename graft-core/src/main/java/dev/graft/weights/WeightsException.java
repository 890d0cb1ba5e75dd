package dev.graft.weights;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A file of tensors cannot be read or written; the message names the file, what is wrong with it and what to do. */
public final class WeightsException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Path file;

    WeightsException(Path file, String problem) {
        this(file, problem, null);
    }

    WeightsException(Path file, String problem, @Nullable Throwable cause) {
        super(file + ": " + problem, cause);
        this.file = file;
    }

    /** The file at fault; for a sharded model the shard, where the fault lies in one. */
    public Path file() {
        return file;
    }
}
