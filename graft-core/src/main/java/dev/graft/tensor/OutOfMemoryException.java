package dev.graft.tensor;

/** The machine or the accelerator could not give the memory that a tensor needs. Smaller batches or texts need less. */
public final class OutOfMemoryException extends TensorException {
    private static final long serialVersionUID = 1L;

    public OutOfMemoryException(String message, Throwable cause) {
        super(message, cause);
    }
}
