package dev.graft.method;

import dev.graft.model.Pass;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Tensor;
import java.util.List;

/**
 * {@code head + tanh(g) * change} with one trained gate per head, which stays in full precision beside half-precision layers:
 * what it learns first is too small for them.
 *
 * @param gate g, [H]
 * @param tanh whether the gate goes through tanh, which keeps it in (-1, 1)
 */
record HeadGate(Parameter gate, boolean tanh) implements Join {
    @Override
    public boolean rowwise() {
        return true;
    }

    @Override
    public Tensor join(Tensor h, Tensor change, Tensor read, Pass pass) {
        Tensor g = tanh ? gate.value().tanh() : gate.value();
        return h.plus(change.times(g.reshape(-1, 1, 1))).to(h.dtype()); // [B, H, T, e]
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(gate);
    }
}
