package dev.graft;

import dev.graft.adapter.Adapter;
import dev.graft.tensor.Parameter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A line in the table of what trains.
 *
 * @param name what the tensors are: {@code bottleneck}, {@code lora}, {@code norm}, {@code head}, ...
 * @param tensors how many there are
 * @param parameters how many scalars they have
 */
public record TrainableGroup(String name, int tensors, long parameters) {
    /** Everything that trains in an adapter, by kind, in the order of placement. */
    public static List<TrainableGroup> of(Adapter adapter) {
        Map<String, TrainableGroup> groups = new LinkedHashMap<>();
        for (Parameter parameter : adapter.parameters()) {
            groups.merge(
                    kind(parameter.name()),
                    new TrainableGroup(kind(parameter.name()), 1, parameter.elements()),
                    (a, b) -> new TrainableGroup(a.name(), a.tensors() + 1, a.parameters() + b.parameters()));
        }
        return new ArrayList<>(groups.values());
    }

    /** The part of a tensor's name that says what it is; that of an un-frozen base tensor says which. */
    private static String kind(String tensor) {
        for (String kind : List.of("bottleneck", "lora", "prefix", "prompt", "norm", "head")) {
            if (List.of(tensor.split("\\.")).contains(kind)) {
                return kind;
            }
        }
        return tensor.startsWith("layer.") ? "layers" : tensor.substring(0, tensor.indexOf('.'));
    }
}
