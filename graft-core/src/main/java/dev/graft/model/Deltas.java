package dev.graft.model;

import dev.graft.tensor.Parameter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The deltas of one adapter by the site where they act. Immutable; the parameters belong to the adapter. */
public final class Deltas {
    /** No delta anywhere: the plain base. */
    public static final Deltas NONE = new Deltas(List.of());

    private final List<Delta> all;
    private final boolean rowwise;
    private final List<Parameter> held;
    private final List<Parameter> parameters;
    private final Map<Site, List<OutputDelta>> outputs = new HashMap<>();
    private final Map<Site, List<HeadsDelta>> heads = new HashMap<>();
    private final Map<Site, List<EmbeddingDelta>> embeddings = new HashMap<>();
    private final Map<String, Parameter> replaced = new HashMap<>();

    /**
     * @throws IllegalArgumentException where two deltas replace the same base tensor, or two parameters have one name
     */
    public Deltas(List<? extends Delta> deltas) {
        all = List.copyOf(deltas);
        rowwise = all.stream().allMatch(Delta::rowwise);
        for (Delta delta : all) {
            switch (delta) {
                case OutputDelta d -> add(outputs, d.site(), d);
                case HeadsDelta d -> add(heads, d.site(), d);
                case EmbeddingDelta d -> add(embeddings, d.site(), d);
                case Replacement d -> {
                    if (replaced.put(d.tensor(), d.parameter()) != null) {
                        throw new IllegalArgumentException("two deltas replace the base tensor " + d.tensor());
                    }
                }
            }
        }
        held = distinct(all);
        parameters = held.stream().filter(Parameter::trains).toList();
    }

    private static <D extends Delta> void add(Map<Site, List<D>> map, Site site, D delta) {
        map.computeIfAbsent(site, s -> new ArrayList<>()).add(delta);
    }

    /** Every delta, in the order of placement. */
    public List<Delta> all() {
        return all;
    }

    /** Whether each of them {@linkplain Delta#rowwise changes a row by itself}. */
    boolean rowwise() {
        return rowwise;
    }

    /** Everything that trains, each parameter once, in the order of placement. */
    public List<Parameter> parameters() {
        return parameters;
    }

    /** What trains and what is held as it is, each parameter once, in the order of placement. */
    public List<Parameter> held() {
        return held;
    }

    private static List<Parameter> distinct(List<Delta> deltas) {
        Map<String, Parameter> byName = new LinkedHashMap<>();
        for (Delta delta : deltas) {
            for (Parameter parameter : delta.parameters()) {
                Parameter other = byName.putIfAbsent(parameter.name(), parameter);
                if (other != null && other != parameter) {
                    throw new IllegalArgumentException("two parameters are named " + parameter.name());
                }
            }
        }
        return List.copyOf(byName.values());
    }

    /**
     * Checks that a backbone asks wherever these deltas act.
     *
     * @throws IllegalArgumentException for a site or tensor that the backbone does not have
     */
    public void requireSites(Architecture base) {
        Set<Site> known = Set.copyOf(base.sites());
        Stream.of(outputs, heads, embeddings)
                .flatMap(map -> map.keySet().stream())
                .filter(site -> !known.contains(site))
                .findFirst()
                .ifPresent(site -> {
                    throw new IllegalArgumentException("this base has no site %s; it has %s"
                            .formatted(
                                    site.path(),
                                    String.join(
                                            ", ",
                                            base.sites().stream()
                                                    .map(Site::path)
                                                    .toList())));
                });
        replaced.keySet().stream()
                .filter(tensor -> !base.tensors().containsKey(base.canonical(tensor)))
                .findFirst()
                .ifPresent(tensor -> {
                    throw new IllegalArgumentException("this base has no tensor " + tensor);
                });
    }

    /**
     * The same computation in evaluation by copies of base tensors alone, one {@link Replacement} for each that changes. Empty
     * where a delta does not merge. The base is not written; the caller closes the copies.
     */
    public Optional<Deltas> merged(Backbone base) {
        return MergedTensors.merge(this, base);
    }

    /** The canonical names of the base tensors that are replaced. */
    public Set<String> replacedTensors() {
        return Set.copyOf(replaced.keySet());
    }

    List<OutputDelta> outputsAt(Site site) {
        return outputs.getOrDefault(site, List.of());
    }

    List<HeadsDelta> headsAt(Site site) {
        return heads.getOrDefault(site, List.of());
    }

    List<EmbeddingDelta> embeddingsAt(Site site) {
        return embeddings.getOrDefault(site, List.of());
    }

    @Nullable Parameter replacementOf(String tensor) {
        return replaced.get(tensor);
    }
}
