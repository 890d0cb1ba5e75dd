package dev.graft.method;

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
                        "no %s matches '%s'; this base has %s".formatted(kind, target, existing(paths)));
            }
        }
        return paths.stream()
                .filter(path -> targets.stream().anyMatch(target -> hits(target, path)))
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
