package dev.graft.tensor;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

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

    /**
     * The gradients of a single element, without adding them to the parameters.
     *
     * @return one per parameter, in order, null where the element does not depend on it; the caller's, who closes them
     */
    public static List<@Nullable Tensor> of(Tensor element, List<Parameter> parameters) {
        List<Tensor> values = parameters.stream().map(Parameter::value).toList();
        TensorVector gradients = Native.call(() -> torch.grad(
                Tensor.vector(List.of(element)),
                Tensor.vector(values),
                new TensorVector(),
                new BoolOptional(),
                false,
                true));
        List<@Nullable Tensor> owned = new ArrayList<>();
        for (long i = 0; i < gradients.size(); i++) {
            var gradient = gradients.get(i);
            // The vector's elements go with it; a detached one is a handle of its own on the same numbers.
            owned.add(gradient.defined() ? new Tensor(gradient.detach()).retain() : null);
        }
        return owned;
    }

    @Override
    public void close() {
        guard.close();
    }
}
