package dev.graft.cli;

import dev.graft.tensor.DType;
import dev.graft.tensor.Device;
import dev.graft.tensor.RandomSource;
import dev.graft.tensor.Scope;
import dev.graft.tensor.Tensor;
import dev.graft.weights.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A BERT of one small layer with random weights, as a directory in Hugging Face layout. */
final class TinyBase {
    private static final List<String> WORDS =
            List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "good", "great", "bad", "awful", "film", "the", "a");
    private static final int D = 16;
    private static final int F = 32;

    private TinyBase() {}

    static Path writeTo(Path directory) throws IOException {
        Files.createDirectories(directory);
        Files.writeString(directory.resolve("vocab.txt"), String.join("\n", WORDS) + "\n");
        Files.writeString(
                directory.resolve("config.json"),
                """
                {"model_type": "bert", "hidden_size": %d, "num_hidden_layers": 1, "num_attention_heads": 2,
                 "intermediate_size": %d, "vocab_size": %d, "max_position_embeddings": 64, "type_vocab_size": 2}
                """
                        .formatted(D, F, WORDS.size()));
        try (Scope scope = Scope.open()) {
            SafetensorsWriter.write(directory.resolve("model.safetensors"), tensors(), Map.of("format", "pt"));
        }
        return directory;
    }

    private static Map<String, Tensor> tensors() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        matrix(tensors, "embeddings.word_embeddings", WORDS.size(), D);
        matrix(tensors, "embeddings.position_embeddings", 64, D);
        matrix(tensors, "embeddings.token_type_embeddings", 2, D);
        norm(tensors, "embeddings.LayerNorm");
        String layer = "encoder.layer.0.";
        for (String role : List.of("self.query", "self.key", "self.value", "output.dense")) {
            linear(tensors, layer + "attention." + role, D, D);
        }
        norm(tensors, layer + "attention.output.LayerNorm");
        linear(tensors, layer + "intermediate.dense", F, D);
        linear(tensors, layer + "output.dense", D, F);
        norm(tensors, layer + "output.LayerNorm");
        return tensors;
    }

    private static void linear(Map<String, Tensor> tensors, String name, long out, long in) {
        matrix(tensors, name, out, in);
        tensors.put(name + ".bias", Tensor.zeros(DType.FLOAT32, Device.CPU, out));
    }

    private static void matrix(Map<String, Tensor> tensors, String name, long rows, long columns) {
        Tensor values = new RandomSource(1).at(name).normal(0.5, rows, columns).to(DType.FLOAT32);
        tensors.put(name + ".weight", values);
    }

    private static void norm(Map<String, Tensor> tensors, String name) {
        tensors.put(name + ".weight", Tensor.zeros(DType.FLOAT32, Device.CPU, D).plus(1));
        tensors.put(name + ".bias", Tensor.zeros(DType.FLOAT32, Device.CPU, D));
    }
}
