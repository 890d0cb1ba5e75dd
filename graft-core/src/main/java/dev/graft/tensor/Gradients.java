package dev.graft.tensor;

import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.GradMode;

/**
 * The gradient mode of the calling thread, for try-with-resources. Closing restores the mode that stood before; it
 * must happen on the thread that opened it.
 */
public final class Gradients implements AutoCloseable {
    private final AutoGradMode guard;

    private Gradients(boolean enabled) {
        Native.initialize();
        guard = new AutoGradMode(enabled);
    }

    /** Operations are not recorded: inference, and updates of parameters. */
    public static Gradients off() {
        return new Gradients(false);
    }

    /** Operations on tensors that need gradients are recorded, even inside {@link #off()}. */
    public static Gradients on() {
        return new Gradients(true);
    }

    /** Whether the calling thread records operations. */
    public static boolean areOn() {
        Native.initialize();
        return GradMode.is_enabled();
    }

    @Override
    public void close() {
        guard.close();
    }
}
