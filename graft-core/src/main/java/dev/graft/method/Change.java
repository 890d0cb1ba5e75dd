package dev.graft.method;

import dev.graft.model.Flow;
import dev.graft.model.OutputDelta;
import dev.graft.model.Site;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Tensor;
import java.util.List;

/**
 * One point of the design space of He et al. 2022 (arXiv 2110.04366, section 3): {@code h <- h + scale * form(read)}.
 *
 * @param site where it acts: the modified representation
 * @param form what computes it
 * @param reads what it reads: the sub-layer's input (parallel) or h itself (sequential)
 * @param scale how it joins: added, times this number
 */
public record Change(Site site, Form form, Reads reads, double scale) implements OutputDelta {
    @Override
    public Tensor apply(Flow flow) {
        Tensor change = form.apply(reads.of(flow), flow.pass());
        return flow.output().plusScaled(change, scale);
    }

    @Override
    public List<Parameter> parameters() {
        return form.parameters();
    }
}
