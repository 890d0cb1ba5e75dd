package dev.graft.model;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The tensors that a network needs, by canonical name, in the order of the forward pass. */
final class Shapes {
    private final Map<String, List<Long>> byName = new LinkedHashMap<>();

    /** A table of vectors, [rows, width]. */
    Shapes table(String name, long rows, long width) {
        byName.put(name + ".weight", List.of(rows, width));
        return this;
    }

    /** A projection: a matrix [out, in] and a bias [out]. */
    Shapes linear(String name, long out, long in) {
        byName.put(name + ".weight", List.of(out, in));
        byName.put(name + ".bias", List.of(out));
        return this;
    }

    /** One vector, [width]. */
    Shapes vector(String name, long width) {
        byName.put(name, List.of(width));
        return this;
    }

    /** A normalisation: weight and bias, [width]. */
    Shapes norm(String name, long width) {
        byName.put(name + ".weight", List.of(width));
        byName.put(name + ".bias", List.of(width));
        return this;
    }

    Map<String, List<Long>> byName() {
        return byName;
    }
}
