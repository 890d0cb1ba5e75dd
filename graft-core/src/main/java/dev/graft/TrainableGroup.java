package dev.graft;

import dev.graft.adapter.Adapter;
import dev.graft.model.Delta;
import dev.graft.model.EmbeddingDelta;
import dev.graft.model.HeadsDelta;
import dev.graft.model.OutputDelta;
import dev.graft.model.Replacement;
import dev.graft.model.Site;
import dev.graft.tensor.Parameter;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

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
        Set<Parameter> counted = new HashSet<>(); // several places may share one
        for (Delta delta : adapter.deltas().all()) {
            delta.parameters().stream()
                    .filter(parameter -> parameter.trains() && counted.add(parameter))
                    .forEach(parameter -> add(groups, kind(delta, parameter), parameter));
        }
        adapter.head().parameters().forEach(parameter -> add(groups, "head", parameter));
        return List.copyOf(groups.values());
    }

    private static void add(Map<String, TrainableGroup> groups, String kind, Parameter parameter) {
        groups.merge(
                kind,
                new TrainableGroup(kind, 1, parameter.elements()),
                (a, b) -> new TrainableGroup(kind, a.tensors() + 1, a.parameters() + b.parameters()));
    }

    /** What follows the site in a tensor's name, where it has one of its own; for an un-frozen tensor the part of the base that it belongs to. */
    private static String kind(Delta delta, Parameter parameter) {
        return switch (delta) {
            case OutputDelta d -> form(d.site(), parameter);
            case HeadsDelta d -> form(d.site(), parameter);
            case EmbeddingDelta d -> form(d.site(), parameter);
            case Replacement d -> d.tensor().contains("norm.") ? "norm" : first(d.tensor());
        };
    }

    private static String form(Site site, Parameter parameter) {
        String own = site.path() + ".";
        String name = parameter.name();
        return first(name.startsWith(own) ? name.substring(own.length()) : name);
    }

    private static String first(String dotted) {
        int dot = dotted.indexOf('.');
        return dot < 0 ? dotted : dotted.substring(0, dot);
    }
}
