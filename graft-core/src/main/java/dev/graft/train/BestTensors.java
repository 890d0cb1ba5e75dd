package dev.graft.train;

import dev.graft.tensor.Parameter;
import dev.graft.tensor.Scope;
import dev.graft.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The tensors of the best epoch so far. */
final class BestTensors implements AutoCloseable {
    private final List<Parameter> parameters;
    private final Map<String, Tensor> kept = new LinkedHashMap<>();

    BestTensors(List<Parameter> parameters) {
        this.parameters = parameters;
    }

    void keep() {
        close();
        parameters.forEach(parameter -> keep(parameter.name(), parameter.value()));
    }

    void keep(String name, Tensor value) {
        try (Scope scope = Scope.open()) {
            kept.put(name, value.copy().retain());
        }
    }

    /** Name to values; empty before the first epoch ended. */
    Map<String, Tensor> tensors() {
        return kept;
    }

    void restore() {
        for (Parameter parameter : parameters) {
            Tensor best = kept.get(parameter.name());
            if (best != null) {
                parameter.assign(best);
            }
        }
    }

    @Override
    public void close() {
        kept.values().forEach(Tensor::close);
        kept.clear();
    }
}
