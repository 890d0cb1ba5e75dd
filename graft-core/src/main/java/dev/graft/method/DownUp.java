package dev.graft.method;

import dev.graft.model.Activation;
import dev.graft.model.Pass;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code up(phi(down(x)))}: a bottleneck whose two projections are forms themselves.
 *
 * @param down to the bottleneck, [.., d] to [.., m]
 * @param activation phi
 * @param up and back, [.., m] to [.., d]
 */
public record DownUp(Form down, Activation activation, Form up) implements Form {
    @Override
    public Tensor apply(Tensor x, Pass pass) {
        Tensor inner = activation.apply(down.apply(x, pass)); // [.., m]
        return up.apply(inner, pass); // [.., d]
    }

    @Override
    public List<Parameter> parameters() {
        List<Parameter> parameters = new ArrayList<>(down.parameters());
        parameters.addAll(up.parameters());
        return parameters;
    }
}
