package dev.graft.method;

import dev.graft.model.Merge;
import dev.graft.model.Pass;
import dev.graft.model.Role;
import dev.graft.model.Site;
import dev.graft.tensor.Tensor;
import java.util.Optional;

/** {@code h * change}, each number with its own. */
record Multiplied() implements Join {
    @Override
    public boolean rowwise() {
        return true;
    }

    @Override
    public Tensor join(Tensor h, Tensor change, Tensor read, Pass pass) {
        return h.times(change);
    }

    @Override
    public Optional<Merge> merge(Change change) {
        if (!(change.form() instanceof Vector(var vector))) {
            return Optional.empty();
        }
        Tensor l = vector.value();
        return switch (change.site()) {
            case Site.Linear projection ->
                Optional.of(tensors -> {
                    String weight = projection.path() + ".weight";
                    String bias = projection.path() + ".bias";
                    tensors.put(weight, tensors.get(weight).times(l.unsqueeze(1)));
                    tensors.put(bias, tensors.get(bias).times(l));
                });
            case Site.Inner(int layer) ->
                Optional.of(tensors -> tensors.multiplyInput(new Site.Linear(layer, Role.FFN_DOWN), l));
            default -> Optional.empty();
        };
    }
}
