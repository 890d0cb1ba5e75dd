package dev.graft.method;

import dev.graft.model.Heads;
import dev.graft.model.Pass;
import dev.graft.model.Role;
import dev.graft.model.Site;
import dev.graft.tensor.Functions;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Tensor;
import java.util.List;

/**
 * {@code ReLU(q P_k^T / sqrt(e)) P_v} in every head: a bottleneck of {@code r} whose way down is the head's own query
 * projection and its keys.
 *
 * @param layer whose queries they are
 * @param heads H
 * @param key P_k of every head side by side, [r, d]
 * @param value P_v of every head side by side, [r, d]
 */
record HeadBottleneck(int layer, int heads, Parameter key, Parameter value) implements HeadsForm, Form {
    @Override
    public Tensor apply(Heads inputs, Pass pass) {
        return change(inputs.queries(), pass);
    }

    /** The changes of all heads side by side, [B, T, d], from the sub-layer's input, [B, T, d]. */
    @Override
    public Tensor apply(Tensor x, Pass pass) {
        String query = new Site.Linear(layer, Role.QUERY).path();
        Tensor q = Functions.linear(x, pass.tensor(query + ".weight"), pass.tensor(query + ".bias")); // [B, T, d]
        long size = q.size(2) / heads;
        Tensor change = change(q.reshape(q.size(0), q.size(1), heads, size).transpose(1, 2), pass);
        return change.transpose(1, 2).reshape(q.shape());
    }

    /** [B, H, T, e] to the same. */
    private Tensor change(Tensor queries, Pass pass) {
        double scale = 1 / Math.sqrt(queries.size(3));
        Tensor scores = queries.times(scale).matmul(split(key, pass).transpose(1, 2)); // [B, H, T, r]
        return scores.relu().matmul(split(value, pass));
    }

    /** [r, d] to [H, r, e]. */
    private Tensor split(Parameter rows, Pass pass) {
        Tensor all = rows.in(pass.dtype());
        return all.reshape(all.size(0), heads, all.size(1) / heads).transpose(0, 1);
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(key, value);
    }
}
