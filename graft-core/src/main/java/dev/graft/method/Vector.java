package dev.graft.method;

import dev.graft.model.Pass;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Tensor;
import java.util.List;

/**
 * A learned vector, whatever it reads.
 *
 * @param value l, [d]
 */
public record Vector(Parameter value) implements Form {
    @Override
    public Tensor apply(Tensor x, Pass pass) {
        return value.in(pass.dtype());
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(value);
    }
}
