package dev.graft.tensor;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * The gradients of a step of an optimizer, laid out as its parameters are. They are changed in place, which supposes what every method
 * here has: that no element is a plain sum of two parameters, whose gradients would be one tensor. Whoever holds them closes them.
 */
public final class StepGradients implements AutoCloseable {
    /**
     * Those of one vector of parameters.
     *
     * @param values [n]; a parameter without a gradient has zeros. Or, of a table that is alone in its vector, the sparse gradient [v, d]
     * @param present the parameters that have one
     */
    record Part(Tensor values, BitSet present) {
        boolean isSparse() {
            return values.handle.is_sparse();
        }

        /** [n]. */
        Tensor flat() {
            return isSparse() ? toDense(values.handle).reshape(values.elements()) : values;
        }

        /** The numbers that are kept, a view; all others are zero. */
        Tensor kept() {
            return isSparse() ? Tensor.op(values.handle::_values) : values;
        }

        /** The sum with those of another element. This part may not be used any more. */
        Part plus(Part more) {
            present.or(more.present);
            if (!isSparse()) {
                Tensor added = more.flat();
                Native.call(() -> values.handle.add_(added.handle));
                return this;
            }
            Tensor sum = more.isSparse()
                    ? coalesced(Tensor.op(() -> values.handle.add(more.values.handle)).handle)
                    : flat().plus(more.values);
            values.close();
            return new Part(sum.retain(), present);
        }
    }

    private final Map<ParameterVector, Part> parts = new LinkedHashMap<>();

    private StepGradients() {}

    /** The gradients of a single element, on whichever thread recorded it. */
    static StepGradients of(Tensor element, List<ParameterVector> vectors) {
        StepGradients made = new StepGradients();
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
            int from = 0;
            for (ParameterVector vector : vectors) {
                int to = from + vector.parameters().size();
                made.parts.put(vector, part(gradients, leaves.subList(from, to), from));
                from = to;
            }
            return made;
        } catch (RuntimeException e) {
            made.close();
            throw e;
        }
    }

    private static Part part(TensorVector gradients, List<Tensor> leaves, int from) {
        BitSet present = new BitSet(leaves.size());
        if (leaves.size() == 1 && isSparse(gradients.get(from))) {
            present.set(0);
            return new Part(coalesced(gradients.get(from)).retain(), present);
        }
        TensorVector each = new TensorVector(leaves.size());
        for (int i = 0; i < leaves.size(); i++) {
            org.bytedeco.pytorch.Tensor gradient = gradients.get(from + i);
            present.set(i, gradient.defined());
            each.put(i, gradient.defined() ? toDense(gradient).handle : torch.zeros_like(leaves.get(i).handle));
        }
        return new Part(ParameterVector.flattened(each).retain(), present);
    }

    private static boolean isSparse(org.bytedeco.pytorch.Tensor gradient) {
        return gradient.defined() && gradient.is_sparse();
    }

    /** The same gradient as a dense tensor of its shape. */
    static Tensor toDense(org.bytedeco.pytorch.Tensor gradient) {
        return gradient.is_sparse() ? Tensor.op(() -> gradient.to_dense()) : new Tensor(gradient);
    }

    /** The same gradient with each row stored once. */
    private static Tensor coalesced(org.bytedeco.pytorch.Tensor gradient) {
        return Tensor.op(gradient::coalesce);
    }

    /** Adds those of another element. */
    public void add(StepGradients more) {
        try (Scope scope = Scope.open();
                Gradients off = Gradients.off()) {
            parts.replaceAll((vector, sum) -> sum.plus(more.of(vector)));
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
            List<Tensor> norms = new ArrayList<>();
            parts.values().forEach(part -> norms.add(norm(part.kept())));
            double norm = norm(Tensor.stacked(0, norms)).item();
            double scale = maximum / (norm + 1e-6); // as torch's clip_grad_norm_ has it
            if (scale < 1) {
                parts.values()
                        .forEach(part -> Native.call(() -> part.kept().handle.mul_(new Scalar(scale))));
            }
            return norm;
        }
    }

    private static Tensor norm(Tensor values) {
        return Tensor.op(values.handle::norm);
    }

    /** Those of one vector of the optimizer's. */
    Part of(ParameterVector vector) {
        return Objects.requireNonNull(parts.get(vector));
    }

    @Override
    public void close() {
        parts.values().forEach(part -> part.values.close());
    }
}
