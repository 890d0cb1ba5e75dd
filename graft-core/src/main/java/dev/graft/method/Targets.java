package dev.graft.method;

import dev.graft.model.Architecture;
import dev.graft.model.Role;
import dev.graft.model.Site;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Places of a base by name. A name is a whole path, or its last parts: {@code query} and {@code attention.query} choose those
 * of all layers, {@code layer.0.attention.query} one. Parts are whole words, so {@code output} never hits {@code ffn.down}.
 */
final class Targets {
    private Targets() {}

    static boolean hits(String target, String path) {
        return path.equals(target) || path.endsWith("." + target);
    }

    /**
     * The paths that any of the targets hits, in the order of the paths.
     *
     * @param kind what a path stands for, for the message
     * @throws IllegalArgumentException for a target that hits none, naming what exists
     */
    static List<String> choose(String kind, List<String> targets, List<String> paths) {
        for (String target : targets) {
            if (paths.stream().noneMatch(path -> hits(target, path))) {
                throw new IllegalArgumentException(
                        "no %s matches '%s'; this base has %s".formatted(kind, target, existing(paths)));
            }
        }
        return paths.stream()
                .filter(path -> targets.stream().anyMatch(target -> hits(target, path)))
                .toList();
    }

    /** The projections of these roles that any of the targets hits; see {@link #choose(String, List, List)}. */
    static List<Site.Linear> choose(String kind, List<String> targets, List<Role> roles, Architecture base) {
        Map<String, Site.Linear> sites = new LinkedHashMap<>();
        roles.forEach(role -> base.linears(role).forEach(site -> sites.put(site.path(), site)));
        return choose(kind, targets, List.copyOf(sites.keySet())).stream()
                .map(path -> Objects.requireNonNull(sites.get(path)))
                .toList();
    }

    /** What can be named, without the layers. */
    static String existing(List<String> paths) {
        return paths.stream()
                .map(path -> path.replaceFirst("^layer\\.\\d+\\.", ""))
                .distinct()
                .collect(Collectors.joining(", "));
    }
}
