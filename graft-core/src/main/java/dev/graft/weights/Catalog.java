package dev.graft.weights;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The tensors of one file by name, in the file's order, each with what its reader needs to find its values. */
record Catalog<E extends Catalog.Entry>(Path file, Map<String, E> entries) {
    /** What a reader knows about one tensor. */
    interface Entry {
        TensorInfo info();
    }

    private static final int NAMES_SHOWN = 3;

    E get(String name) {
        E entry = entries.get(name);
        if (entry == null) {
            List<String> some = entries.keySet().stream().limit(NAMES_SHOWN).toList();
            throw new WeightsException(
                    file, "no tensor named '%s' among its %d, such as %s".formatted(name, entries.size(), some));
        }
        return entry;
    }

    boolean contains(String name) {
        return entries.containsKey(name);
    }

    List<TensorInfo> infos() {
        return entries.values().stream().map(Entry::info).toList();
    }
}
