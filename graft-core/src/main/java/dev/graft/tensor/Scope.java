package dev.graft.tensor;

import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.jspecify.annotations.Nullable;

/**
 * The owner of native memory: tensors made while a scope is the innermost one of its thread are freed when it closes.
 *
 * <p>Open one per layer within one per training step or request: a single wide scope keeps every intermediate alive
 * to its end. A scope belongs to the thread that opened it.
 */
public final class Scope implements AutoCloseable {
    private final @Nullable PointerScope outer;
    private final PointerScope inner;

    private Scope() {
        Native.initialize();
        outer = PointerScope.getInnerScope();
        inner = new PointerScope();
    }

    /** Opens a scope as the innermost one of the calling thread. */
    public static Scope open() {
        return new Scope();
    }

    /** Hands a tensor to the scope around this one; without one, to the caller, who closes it. */
    public Tensor keep(Tensor tensor) {
        if (outer == null) {
            return tensor.retain();
        }
        outer.attach(tensor.handle);
        return tensor;
    }

    /** The number of native objects alive in this process: flat over steps unless something leaks. */
    public static long liveObjects() {
        Native.initialize();
        return Pointer.totalCount();
    }

    @Override
    public void close() {
        inner.close();
    }
}
