package dev.graft.adapter;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where the tensors of an adapter lie: for each file the keys, by parameter name.
 *
 * @param files file name to (key to parameter name)
 */
record TensorFiles(Map<String, Map<String, String>> files) {
    static final String ADAPTER = "adapter_model.safetensors";
    static final String HEAD = "head.safetensors";

    /** Every tensor in one file, under its own name. */
    static TensorFiles graft(List<String> parameters) {
        Map<String, String> keys = new LinkedHashMap<>();
        parameters.forEach(name -> keys.put(name, name));
        return new TensorFiles(Map.of(ADAPTER, keys));
    }
}
