package dev.graft.tensor;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.global.torch;

/**
 * Parameters whose values lie one behind the other in one tensor, so that what is done to all of them is one operation and not one for
 * each. The parameters stay whose they are, and keep their place when this closes.
 */
final class ParameterVector implements AutoCloseable {
    private final List<Parameter> parameters;
    private final List<Long> offsets = new ArrayList<>(List.of(0L)); // one more than there are parameters
    private final Tensor values; // [n]

    /**
     * Moves the values there.
     *
     * @param parameters one or more, of one type and on one device
     */
    ParameterVector(List<Parameter> parameters) {
        this.parameters = List.copyOf(parameters);
        try (Scope scope = Scope.open();
                Gradients off = Gradients.off()) {
            List<Tensor> each = parameters.stream().map(Parameter::value).toList();
            values = Tensor.op(() -> torch.flatten_dense_tensors(Tensor.vector(each)))
                    .copy()
                    .retain();
            each.forEach(value -> offsets.add(offsets.getLast() + value.elements()));
            for (int i = 0; i < each.size(); i++) {
                each.get(i).handle.set_data(place(values, i).handle);
            }
        }
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
