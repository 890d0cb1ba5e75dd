package dev.graft.tensor;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** The gradients of an optimizer's parameters, laid out as the parameters are. Whoever made it closes it. */
public final class GradientVector implements AutoCloseable {
    private record Part(Tensor values, BitSet present) {}

    private final List<Part> parts;

    private GradientVector(List<Part> parts) {
        this.parts = parts;
    }

    /** The gradients of a single element, on whichever thread recorded it. */
    static GradientVector of(Tensor element, List<ParameterVector> vectors) {
        try (Scope scope = Scope.open()) {
            List<Tensor> leaves = vectors.stream()
                    .flatMap(vector -> vector.parameters().stream())
                    .map(Parameter::value)
                    .toList();
            TensorVector gradients = Native.call(() -> torch.grad(
                    Tensor.vector(List.of(element)),
                    Tensor.vector(leaves),
                    new TensorVector(),
                    new BoolOptional(),
                    false,
                    true));
            List<Part> parts = new ArrayList<>();
            int from = 0;
            for (ParameterVector vector : vectors) {
                int to = from + vector.parameters().size();
                parts.add(part(gradients, leaves.subList(from, to), from));
                from = to;
            }
            return new GradientVector(parts);
        }
    }

    private static Part part(TensorVector gradients, List<Tensor> leaves, int from) {
        BitSet present = new BitSet(leaves.size());
        TensorVector each = new TensorVector(leaves.size());
        for (int i = 0; i < leaves.size(); i++) {
            org.bytedeco.pytorch.Tensor gradient = gradients.get(from + i);
            Tensor leaf = leaves.get(i);
            present.set(i, gradient.defined());
            each.put(i, present.get(i) ? gradient : Tensor.zeros(leaf.dtype(), leaf.device(), leaf.shape()).handle);
        }
        // Of a single gradient it is a view, which must not go with the vector's element.
        return new Part(new Tensor(ParameterVector.flattened(each).handle.detach()).retain(), present);
    }

    /** Adds those of another element. */
    public void add(GradientVector more) {
        try (Scope scope = Scope.open();
                Gradients off = Gradients.off()) {
            for (int i = 0; i < parts.size(); i++) {
                Part sum = parts.get(i);
                Part other = more.parts.get(i);
                Native.call(() -> sum.values.handle.add_(other.values.handle));
                sum.present.or(other.present);
            }
        }
    }

    /**
     * Scales the gradients so that their common norm is at most {@code maximum}.
     *
     * @return the norm before; NaN or infinity where a gradient is
     */
    public double clip(double maximum) {
        try (Scope scope = Scope.open();
                Gradients off = Gradients.off()) {
            double squares = 0;
            for (Part part : parts) {
                double norm = Tensor.op(part.values.handle::norm).item();
                squares += norm * norm;
            }
            double norm = Math.sqrt(squares);
            double scale = maximum / (norm + 1e-6); // as torch's clip_grad_norm_ has it
            if (scale < 1) {
                parts.forEach(part -> Native.call(() -> part.values.handle.mul_(new Scalar(scale))));
            }
            return norm;
        }
    }

    /** Those of one vector, [n]; a parameter that the element does not depend on has zeros. */
    Tensor values(int vector) {
        return parts.get(vector).values;
    }

    /** Whether the element depends on a parameter of a vector. */
    boolean has(int vector, int parameter) {
        return parts.get(vector).present.get(parameter);
    }

    @Override
    public void close() {
        parts.forEach(part -> part.values.close());
    }
}
