package dev.graft.method;

import dev.graft.model.Heads;
import dev.graft.model.HeadsDelta;
import dev.graft.model.Pass;
import dev.graft.model.Site;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * A change of every head by itself, from its own queries: {@code head <- join(head, form(queries))}, before the heads are
 * concatenated and projected.
 *
 * @param site where it acts
 * @param form what computes it
 * @param join how it joins what the heads give
 */
public record PerHeadChange(Site.Heads site, HeadsForm form, Join join) implements HeadsDelta {
    @Override
    public Tensor after(Heads heads, Tensor output, Pass pass) {
        return join.join(output, form.apply(heads, pass), heads.queries(), pass);
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
