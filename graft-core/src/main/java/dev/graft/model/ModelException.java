package dev.graft.model;

/** A base cannot be opened or used: a family that is not built, a configuration or tensor that does not fit. */
public final class ModelException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ModelException(String message) {
        super(message);
    }

    public ModelException(String message, Throwable cause) {
        super(message, cause);
    }
}
