package dev.graft.adapter;

/** An adapter cannot be read, written or put on a base: a broken or foreign file, another base, a tensor too few. */
public final class AdapterException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public AdapterException(String message) {
        super(message);
    }

    public AdapterException(String message, Throwable cause) {
        super(message, cause);
    }
}
