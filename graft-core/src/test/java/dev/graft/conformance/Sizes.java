package dev.graft.conformance;

import dev.graft.model.Architecture;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The sizes of a BERT, and what follows from them without any weights. */
record Sizes(int layers, int hidden, int heads, int ffn, int vocabulary, int positions, int types, boolean hasPooler) {
    static final Sizes TINY = new Sizes(3, 16, 2, 64, 60, 32, 2, false);
    static final Sizes BERT_BASE = new Sizes(12, 768, 12, 3072, 30522, 512, 2, true);

    static final Sizes BERT_LARGE = new Sizes(24, 1024, 16, 4096, 30522, 512, 2, true);

    /** MiniLM as its ONNX file has it, without a pooler. */
    static final Sizes MINILM = new Sizes(6, 384, 12, 1536, 30522, 512, 2, false);

    Sizes withPooler() {
        return new Sizes(layers, hidden, heads, ffn, vocabulary, positions, types, true);
    }

    /** What a backbone of these sizes must say of itself. */
    Architecture architecture() {
        Map<String, List<Long>> tensors = new LinkedHashMap<>();
        long d = hidden;
        tensors.put("embedding.word.weight", List.of((long) vocabulary, d));
        tensors.put("embedding.position.weight", List.of((long) positions, d));
        tensors.put("embedding.type.weight", List.of((long) types, d));
        norm(tensors, "embedding.norm");
        for (int i = 0; i < layers; i++) {
            for (String role : List.of("query", "key", "value", "output")) {
                linear(tensors, "layer." + i + ".attention." + role, d, d);
            }
            norm(tensors, "layer." + i + ".attention.norm");
            linear(tensors, "layer." + i + ".ffn.up", ffn, d);
            linear(tensors, "layer." + i + ".ffn.down", d, ffn);
            norm(tensors, "layer." + i + ".ffn.norm");
        }
        if (hasPooler) {
            linear(tensors, "pooler", d, d);
        }
        return new Architecture("bert", layers, hidden, heads, ffn, vocabulary, positions, tensors, Map.of());
    }

    private static void linear(Map<String, List<Long>> tensors, String name, long out, long in) {
        tensors.put(name + ".weight", List.of(out, in));
        tensors.put(name + ".bias", List.of(out));
    }

    private void norm(Map<String, List<Long>> tensors, String name) {
        tensors.put(name + ".weight", List.of((long) hidden));
        tensors.put(name + ".bias", List.of((long) hidden));
    }
}
