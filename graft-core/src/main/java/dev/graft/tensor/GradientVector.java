package dev.graft.tensor;

import java.util.BitSet;
import java.util.List;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** The gradients of an optimizer's parameters, one behind the other in one tensor. Whoever made it closes it. */
public final class GradientVector implements AutoCloseable {
    private final Tensor values; // [n]
    private final BitSet present;

    private GradientVector(Tensor values, BitSet present) {
        this.values = values;
        this.present = present;
    }

    /** The gradients of a single element, on whichever thread recorded it. */
    static GradientVector of(Tensor element, ParameterVector parameters) {
        try (Scope scope = Scope.open()) {
            List<Tensor> leaves =
                    parameters.parameters().stream().map(Parameter::value).toList();
            TensorVector gradients = Native.call(() -> torch.grad(
                    Tensor.vector(List.of(element)),
                    Tensor.vector(leaves),
                    new TensorVector(),
                    new BoolOptional(),
                    false,
                    true));
            BitSet present = new BitSet(leaves.size());
            for (int i = 0; i < leaves.size(); i++) {
                present.set(i, gradients.get(i).defined());
                if (!present.get(i)) {
                    Tensor leaf = leaves.get(i);
                    gradients.put(i, Tensor.zeros(leaf.dtype(), leaf.device(), leaf.shape()).handle);
                }
            }
            Tensor values = Tensor.op(() -> torch.flatten_dense_tensors(gradients));
            // Of a single gradient it is a view, which the vector's element would take with it.
            return new GradientVector(new Tensor(values.handle.detach()).retain(), present);
        }
    }

    /** Adds those of another element. */
    public void add(GradientVector more) {
        try (Scope scope = Scope.open();
                Gradients off = Gradients.off()) {
            Native.call(() -> values.handle.add_(more.values.handle));
            present.or(more.present);
        }
    }

    /**
     * Scales the gradients so that their norm is at most {@code maximum}.
     *
     * @return the norm before; NaN or infinity where a gradient is
     */
    public double clip(double maximum) {
        try (Scope scope = Scope.open();
                Gradients off = Gradients.off()) {
            double norm = Tensor.op(values.handle::norm).item();
            double scale = maximum / (norm + 1e-6); // as torch's clip_grad_norm_ has it
            if (scale < 1) {
                Native.call(() -> values.handle.mul_(new Scalar(scale)));
            }
            return norm;
        }
    }

    /** [n]; a parameter that the element does not depend on has zeros. */
    Tensor values() {
        return values;
    }

    /** Whether the element depends on a parameter. */
    boolean has(int parameter) {
        return present.get(parameter);
    }

    @Override
    public void close() {
        values.close();
    }
}
