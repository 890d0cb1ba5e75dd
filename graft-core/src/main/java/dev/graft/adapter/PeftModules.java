package dev.graft.adapter;

import dev.graft.model.Architecture;
import dev.graft.model.Pooling;
import dev.graft.model.Role;
import dev.graft.model.Site;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The modules of a base as PEFT's configurations choose them, and the projections of Graft's that they are. */
record PeftModules(ModuleNames names) {
    private static final String WEIGHT = ".weight";

    /** The paths of the projections, Graft's; a model whose head reads no pooler has none. */
    List<String> projections() {
        boolean hasPooler = !names.isWithHead() || names.classifier().pooling() == Pooling.POOLER;
        return Arrays.stream(Role.values())
                .filter(role -> hasPooler || role != Role.POOLER)
                .flatMap(role -> base().linears(role).stream())
                .map(Site.Linear::path)
                .toList();
    }

    private Architecture base() {
        return names.backbone().architecture();
    }

    /**
     * Projections by role where they are all of one, else by path.
     *
     * @param chosen which of {@link #projections}
     */
    List<String> byRole(Predicate<String> chosen) {
        List<String> targets = new ArrayList<>();
        for (Role role : Role.values()) {
            List<String> all =
                    base().linears(role).stream().map(Site.Linear::path).toList();
            List<String> hits = all.stream().filter(chosen).toList();
            targets.addAll(!hits.isEmpty() && hits.size() == all.size() ? List.of(role.path()) : hits);
        }
        return targets;
    }

    /** The modules that hold parameters with one of these endings, and Graft's paths of them. */
    Map<String, String> holding(List<String> parameters, String... endings) {
        Map<String, String> places = new LinkedHashMap<>();
        for (String parameter : parameters) {
            Arrays.stream(endings)
                    .filter(parameter::endsWith)
                    .map(ending -> parameter.substring(0, parameter.length() - ending.length()))
                    .forEach(place -> places.put(names.of(place), place));
        }
        return places;
    }

    /** The shortest names that choose these modules and no other module of the base. */
    Set<String> shortest(Collection<String> chosen) {
        return shortest(chosen, all());
    }

    /**
     * The shortest names that choose some of these modules and no other: the last parts of a path, or the whole of it. A name
     * begins with a word, so that nobody takes a layer's number for one.
     */
    static Set<String> shortest(Collection<String> chosen, Collection<String> all) {
        Set<String> shortest = new LinkedHashSet<>();
        for (String module : chosen) {
            shortest.add(Stream.iterate(
                            module.lastIndexOf('.'), dot -> dot >= 0, dot -> module.lastIndexOf('.', dot - 1))
                    .map(dot -> module.substring(dot + 1))
                    .filter(end -> Character.isLetter(end.charAt(0)))
                    .filter(end -> all.stream().allMatch(other -> !isEnd(end, other) || chosen.contains(other)))
                    .findFirst()
                    .orElse(module));
        }
        return shortest;
    }

    private static boolean isEnd(String end, String module) {
        return module.equals(end) || module.endsWith("." + end);
    }

    /** Every module with a weight; the pooler is there in Python even where this base was opened without it. */
    private List<String> all() {
        Stream<String> weights = base().tensors().keySet().stream()
                .filter(name -> name.endsWith(WEIGHT))
                .map(name -> name.substring(0, name.length() - WEIGHT.length()));
        return Stream.concat(weights, Stream.of(Role.POOLER.path()))
                .map(names::of)
                .distinct()
                .toList();
    }
}
