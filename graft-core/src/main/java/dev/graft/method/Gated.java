package dev.graft.method;

import dev.graft.model.Pass;
import dev.graft.tensor.DType;
import dev.graft.tensor.Functions;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Tensor;
import java.util.List;

/**
 * {@code h + g * change} with a gate that depends on the input, one number in (0, 1) for each text, Mao et al. 2022 (UniPELT,
 * arXiv 2110.07577): {@code g = mean_t sigmoid(read_t W_g + b_g)}. The gate reads what the form reads.
 *
 * @param weight W_g, [1, d_in]
 * @param bias b_g, [1]
 * @param mean what the mean is taken over
 */
public record Gated(Parameter weight, Parameter bias, Mean mean) implements Join {
    private static final double SIGMA = 0.02;

    /** Over which positions a gate is averaged. */
    public enum Mean {
        /** The real ones, so that padding changes nothing. */
        MASKED,
        /** All, padding included, as the authors' code and AdapterHub do: a text's result depends on its batch. */
        LEGACY
    }

    /** From N(0, 0.02) and a bias of zero, so that it starts near one half: {@code <name>.{weight,bias}}. */
    static Gated of(String name, int width, Mean mean, Initializer start) {
        return new Gated(
                start.normal(name + ".weight", false, SIGMA, 1, width), start.zeros(name + ".bias", false, 1), mean);
    }

    @Override
    public Tensor join(Tensor h, Tensor change, Tensor read, Pass pass) {
        return h.plus(change.times(gate(read, pass))); // [B, T, d]
    }

    /** The gate of each text, [B, 1, 1], from what the form reads, [B, T, d_in]. */
    public Tensor gate(Tensor read, Pass pass) {
        DType dtype = pass.dtype();
        Tensor each = Functions.linear(read, weight.in(dtype), bias.in(dtype)).sigmoid(); // [B, T, 1]
        if (mean == Mean.LEGACY) {
            return each.sum(1, true).times(1.0 / read.size(1));
        }
        Tensor real = pass.mask().unsqueeze(2).to(dtype); // [B, T, 1]
        return each.times(real).sum(1, true).dividedBy(real.sum(1, true));
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(weight, bias);
    }
}
