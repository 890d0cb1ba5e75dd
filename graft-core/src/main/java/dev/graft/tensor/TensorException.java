package dev.graft.tensor;

/** A tensor operation failed: shapes that do not fit, a type that an operation does not take, a native error. */
public class TensorException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public TensorException(String message) {
        super(message);
    }

    public TensorException(String message, Throwable cause) {
        super(message, cause);
    }
}
