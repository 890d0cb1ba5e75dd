package dev.graft.train;

/** Training cannot start or go on: nothing to train, a loss that is no number, a checkpoint of another training. */
public final class TrainingException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public TrainingException(String message) {
        super(message);
    }

    public TrainingException(String message, Throwable cause) {
        super(message, cause);
    }
}
