package dev.graft.hub;

import org.jspecify.annotations.Nullable;

/** A base that cannot be found or fetched; the message says what was tried and what to do. */
public final class HubException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public HubException(String message) {
        super(message);
    }

    public HubException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
