package dev.graft.data;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;

/** Something is wrong with a file of rows; the message names the file, the line where there is one, and what to do. */
public final class DataException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public DataException(String message) {
        super(message);
    }

    public DataException(String message, Throwable cause) {
        super(message, cause);
    }

    static DataException at(String source, long line, String message) {
        return new DataException(source + ", line " + line + ": " + message);
    }

    static DataException reading(String source, IOException cause) {
        String reason = switch (cause) {
            case NoSuchFileException missing -> "there is no such file; check the path";
            case AccessDeniedException denied -> "reading it is not permitted; check the file's permissions";
            default -> "reading failed: " + cause.getMessage();
        };
        return new DataException(source + ": " + reason, cause);
    }
}
