package dev.graft.method;

import dev.graft.model.Flow;
import dev.graft.model.Merge;
import dev.graft.model.OutputDelta;
import dev.graft.model.Site;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One point of the design space of He et al. 2022 (arXiv 2110.04366, section 3): {@code h <- join(h, form(read))}.
 *
 * @param site where it acts: the modified representation
 * @param form what computes it
 * @param reads what it reads: the sub-layer's input (parallel) or h itself (sequential)
 * @param join how it joins h
 */
public record Change(Site site, Form form, Reads reads, Join join) implements OutputDelta {
    @Override
    public Tensor apply(Flow flow) {
        Tensor read = reads.of(flow);
        Tensor change = form.apply(read, flow.pass());
        return join.join(flow.output(), change, read, flow.pass());
    }

    @Override
    public Optional<Merge> merge() {
        return join.merge(this);
    }

    @Override
    public boolean rowwise() {
        return join.rowwise();
    }

    @Override
    public List<Parameter> parameters() {
        List<Parameter> parameters = new ArrayList<>(form.parameters());
        parameters.addAll(join.parameters());
        return parameters;
    }
}
