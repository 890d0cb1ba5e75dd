package dev.graft.method;

import dev.graft.model.Pass;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Tensor;
import java.util.List;

/**
 * {@code h + scale * change} with a scale that trains, He et al. 2022 (arXiv 2110.04366, table 5). It starts at one.
 *
 * @param scale one number for the whole change, [1], or one for each channel, [d]
 */
public record LearnedScale(Parameter scale) implements Join {
    @Override
    public boolean rowwise() {
        return true;
    }

    @Override
    public Tensor join(Tensor h, Tensor change, Tensor read, Pass pass) {
        return h.plus(change.times(scale.in(pass.dtype()))); // [.., d]
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(scale);
    }
}
