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
 * A change of the concatenated heads, before the output projection, that reads the attention's input x: {@code h <- join(h, form(x))}.
 *
 * @param site the heads
 * @param form what computes the change, [B, T, d] to [B, T, d]
 * @param join how it joins
 */
public record JoinedHeadsChange(Site.Heads site, Form form, Join join) implements HeadsDelta {
    @Override
    public Tensor after(Heads heads, Tensor output, Pass pass) {
        Tensor x = heads.input(); // [B, T, d]
        Tensor joined = output.transpose(1, 2).reshape(x.shape()); // [B, T, d]
        Tensor changed = join.join(joined, form.apply(x, pass), x, pass);
        return changed.reshape(x.size(0), x.size(1), output.size(1), output.size(3)) // [B, T, H, e]
                .transpose(1, 2);
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
