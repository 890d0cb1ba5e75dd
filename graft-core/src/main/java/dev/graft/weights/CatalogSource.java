package dev.graft.weights;

import java.nio.file.Path;
import java.util.List;

/** A source whose tensors are listed when it is opened: what a reader says of them, it says from its catalog. */
interface CatalogSource extends TensorSource {
    /** Every tensor with what its reader needs to find its values. */
    Catalog<?> catalog();

    @Override
    default Path file() {
        return catalog().file();
    }

    @Override
    default List<TensorInfo> tensors() {
        return catalog().infos();
    }

    @Override
    default boolean contains(String name) {
        return catalog().contains(name);
    }

    @Override
    default TensorInfo info(String name) {
        return catalog().get(name).info();
    }
}
