package dev.graft.tensor;

import org.jspecify.annotations.Nullable;

/**
 * A trainable tensor: a leaf in full precision with a name, the decay rule declared where it is declared, and a
 * gradient. A frozen one is held as it is, beside those that train. It outlives every scope until {@link #close}; whoever made it owns it.
 */
public final class Parameter implements AutoCloseable {
    private final String name;
    private final boolean decays;
    private final Tensor value;

    private Parameter(String name, boolean decays, Tensor value) {
        this.name = name;
        this.decays = decays;
        this.value = value;
    }

    /**
     * A parameter that starts as a copy of the given values.
     *
     * @param name its name within the adapter
     * @param initial the first values, FLOAT32 or FLOAT64; copied
     * @param decays whether weight decay applies: yes for matrices; no for biases, norms, prompts and gates
     */
    public static Parameter of(String name, Tensor initial, boolean decays) {
        try (Scope scope = Scope.open()) {
            return new Parameter(
                    name, decays, initial.copy().requireGradient(true).retain());
        }
    }

    /** A parameter that keeps its values but for {@link #assign}: no gradient reaches it. */
    public static Parameter frozen(String name, Tensor values) {
        try (Scope scope = Scope.open()) {
            return new Parameter(name, false, values.copy().retain());
        }
    }

    /** Whether gradients reach it. */
    public boolean trains() {
        return value.requiresGradient();
    }

    public String name() {
        return name;
    }

    public boolean decays() {
        return decays;
    }

    /** The number of scalars. */
    public long elements() {
        return value.elements();
    }

    /** The values themselves, in full precision; not to be closed by the caller. */
    public Tensor value() {
        return value;
    }

    /** The values in the type that a layer computes in, recorded so that gradients reach this parameter. */
    public Tensor in(DType dtype) {
        return value.to(dtype);
    }

    /** The gradient gathered so far, or null; a view of it where it is dense, owned by the innermost scope. */
    public @Nullable Tensor gradient() {
        org.bytedeco.pytorch.Tensor gradient = value.handle.grad();
        return gradient.defined() ? StepGradients.toDense(gradient) : null;
    }

    /** Forgets the gradient and frees its memory. */
    public void clearGradient() {
        try (Scope scope = Scope.open()) {
            value.handle.mutable_grad().reset();
        }
    }

    /** Overwrites the values, outside of gradients. */
    public void assign(Tensor values) {
        try (Scope scope = Scope.open();
                Gradients off = Gradients.off()) {
            value.copyFrom(values.to(value.device()));
        }
    }

    @Override
    public void close() {
        value.close();
    }

    @Override
    public String toString() {
        return name + " " + value;
    }
}
