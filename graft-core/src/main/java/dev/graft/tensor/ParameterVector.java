package dev.graft.tensor;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Parameters of one type on one device whose values lie one behind the other in one tensor, so that what is done to all of them is one
 * operation and not one for each. The parameters stay whose they are, and keep their place when this closes.
 */
final class ParameterVector implements AutoCloseable {
    /** From so many scalars on, copying a gradient to its place costs more than an operation of its own. */
    private static final long LARGE = 1 << 16;

    private final List<Parameter> parameters;
    private final List<Long> offsets = new ArrayList<>(List.of(0L)); // one more than there are parameters
    private final Tensor values; // [n]

    /** Those parameters that are large in vectors of their own, the others in one. */
    static List<ParameterVector> of(List<Parameter> parameters) {
        List<ParameterVector> vectors = new ArrayList<>();
        List<Parameter> small = new ArrayList<>();
        for (Parameter parameter : parameters) {
            if (parameter.elements() >= LARGE) {
                vectors.add(new ParameterVector(List.of(parameter)));
            } else {
                small.add(parameter);
            }
        }
        if (!small.isEmpty()) {
            vectors.add(new ParameterVector(small));
        }
        return vectors;
    }

    /** Moves the values of several parameters there; those of one are there. */
    private ParameterVector(List<Parameter> parameters) {
        this.parameters = List.copyOf(parameters);
        try (Scope scope = Scope.open();
                Gradients off = Gradients.off()) {
            List<Tensor> each = parameters.stream()
                    .map(parameter -> parameter.value().detach())
                    .toList();
            values = flattened(Tensor.vector(each)).retain();
            for (int i = 0; i < each.size(); i++) {
                offsets.add(offsets.getLast() + each.get(i).elements());
                parameters.get(i).value().handle.set_data(place(values, i).handle);
            }
        }
    }

    /** One tensor behind the other, [n]: a copy of several, a view of one. */
    static Tensor flattened(TensorVector tensors) {
        return Tensor.op(() -> torch.flatten_dense_tensors(tensors));
    }

    List<Parameter> parameters() {
        return parameters;
    }

    /** [n]. */
    Tensor values() {
        return values;
    }

    /** The view of a parameter's place in a tensor that is laid out like this one, in the parameter's shape. */
    Tensor place(Tensor vector, int parameter) {
        return run(vector, parameter, parameter + 1)
                .reshape(parameters.get(parameter).value().shape());
    }

    /** The view of the places of successive parameters, from the first to before the last. */
    Tensor run(Tensor vector, int from, int to) {
        return vector.narrow(0, offsets.get(from), offsets.get(to) - offsets.get(from));
    }

    @Override
    public void close() {
        values.close();
    }
}
