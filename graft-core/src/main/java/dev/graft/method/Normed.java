package dev.graft.method;

import dev.graft.model.Pass;
import dev.graft.tensor.Functions;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * A form with a normalisation of its own: {@code form(LN(x))} or {@code LN(form(x))}. Weight and bias start at one and zero.
 *
 * @param form what computes
 * @param side whether its input is normalised or its output
 * @param weight [d]
 * @param bias [d]
 */
public record Normed(Form form, Side side, Parameter weight, Parameter bias) implements Form {
    /** PyTorch's default, which AdapterHub leaves as it is. */
    private static final double EPSILON = 1e-5;

    /** The side of a form where a normalisation stands. */
    public enum Side {
        /** Its input is normalised. */
        BEFORE,
        /** Its output is normalised. */
        AFTER
    }

    @Override
    public Tensor apply(Tensor x, Pass pass) {
        return side == Side.BEFORE ? form.apply(norm(x), pass) : norm(form.apply(x, pass));
    }

    private Tensor norm(Tensor x) {
        return Functions.layerNorm(x, weight.value(), bias.value(), EPSILON);
    }

    @Override
    public List<Parameter> parameters() {
        List<Parameter> parameters = new ArrayList<>(form.parameters());
        parameters.addAll(List.of(weight, bias));
        return parameters;
    }
}
