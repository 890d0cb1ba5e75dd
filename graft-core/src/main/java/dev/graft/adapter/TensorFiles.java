package dev.graft.adapter;

import java.util.List;
import java.util.Map;

/**
 * Where the tensors of an adapter lie.
 *
 * @param files by file name, the tensors in it
 */
record TensorFiles(Map<String, List<StoredTensor>> files) {
    static final String ADAPTER = "adapter_model.safetensors";
    static final String HEAD = "head.safetensors";

    /** What only training needs, by the parameters' names: the networks that made what the adapter holds. */
    static final String TRAINING = "training.safetensors";

    /** Every tensor in one file, under its own name. */
    static TensorFiles graft(List<String> parameters) {
        return new TensorFiles(Map.of(
                ADAPTER,
                parameters.stream().map(name -> StoredTensor.whole(name, name)).toList()));
    }
}
