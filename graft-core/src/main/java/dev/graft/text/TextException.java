package dev.graft.text;

import org.jspecify.annotations.Nullable;

/** A tokenizer that cannot be read or used; the message names the file and what to do. */
public final class TextException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public TextException(String message) {
        super(message);
    }

    public TextException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
