package dev.graft.task;

/** Labels do not fit their task; the message names the label, where it stands, and what is expected. */
public final class LabelException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public LabelException(String message) {
        super(message);
    }
}
