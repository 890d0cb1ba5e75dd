package dev.graft.method;

import dev.graft.model.Architecture;
import dev.graft.model.Role;
import dev.graft.model.Site;
import java.util.Arrays;
import java.util.List;
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
                        "no %s matches '%s'; there are %s".formatted(kind, target, existing(paths)));
            }
        }
        return paths.stream()
                .filter(path -> targets.stream().anyMatch(target -> hits(target, path)))
                .toList();
    }

    /** The projections of these roles that any of the targets hits; see {@link #choose(String, List, List)}. */
    static List<Site.Linear> choose(String kind, List<String> targets, List<Role> roles, Architecture base) {
        List<Site.Linear> existing = ofRoles(roles, base);
        List<String> chosen =
                choose(kind, targets, existing.stream().map(Site.Linear::path).toList());
        return existing.stream().filter(site -> chosen.contains(site.path())).toList();
    }

    /**
     * The paths of the projections in these layers.
     *
     * @param layers empty for all, and for the projections outside the layers
     * @throws IllegalArgumentException for a layer that does not exist
     */
    static List<String> linears(List<Integer> layers, Architecture base) {
        requireLayers(layers, base);
        return ofRoles(Arrays.asList(Role.values()), base).stream()
                .filter(site -> layers.isEmpty() || !site.role().isOutsideLayers() && layers.contains(site.layer()))
                .map(Site.Linear::path)
                .toList();
    }

    /** @throws IllegalArgumentException for a layer that does not exist */
    static void requireLayers(List<Integer> layers, Architecture base) {
        for (int layer : layers) {
            if (layer < 0 || layer >= base.layers()) {
                throw new IllegalArgumentException("layers must be in 0 to %d: %d".formatted(base.layers() - 1, layer));
            }
        }
    }

    private static List<Site.Linear> ofRoles(List<Role> roles, Architecture base) {
        return roles.stream().flatMap(role -> base.linears(role).stream()).toList();
    }

    /** The projection with this path, which must be one. */
    static Site.Linear linear(String path, Architecture base) {
        return ofRoles(Arrays.asList(Role.values()), base).stream()
                .filter(site -> site.path().equals(path))
                .findFirst()
                .orElseThrow();
    }

    /** What is chosen from these layers, for a message. */
    static String projection(List<Integer> layers) {
        return layers.isEmpty() ? "projection" : "projection in layers " + layers;
    }

    /** What can be named, without the layers. */
    static String existing(List<String> paths) {
        return paths.stream()
                .map(path -> path.replaceFirst("^layer\\.\\d+\\.", ""))
                .distinct()
                .collect(Collectors.joining(", "));
    }
}
