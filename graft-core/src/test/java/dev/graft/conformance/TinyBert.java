package dev.graft.conformance;

import dev.graft.model.Backbone;
import dev.graft.model.Families;
import dev.graft.model.Pooling;
import dev.graft.tensor.DType;
import dev.graft.tensor.Device;
import dev.graft.tensor.RandomSource;
import dev.graft.tensor.Scope;
import dev.graft.tensor.Tensor;
import dev.graft.weights.SafetensorsWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A BERT of random weights, large enough that nothing in it is nearly linear. */
final class TinyBert {
    private static final double SIGMA = 0.2;

    private final Sizes sizes;
    private final RandomSource random;
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();

    private TinyBert(Sizes sizes, long seed) {
        this.sizes = sizes;
        this.random = new RandomSource(seed);
    }

    /** Opens one in double precision; the caller closes it. */
    static Backbone open(Sizes sizes) {
        return open(sizes, 7, sizes.hasPooler() ? Pooling.POOLER : Pooling.MEAN);
    }

    /** Opens the one that a seed gives, for a pooling. */
    static Backbone open(Sizes sizes, long seed, Pooling pooling) {
        try {
            Path folder = Files.createTempDirectory("tiny-bert");
            Path config = folder.resolve("config.json");
            Path weights = folder.resolve("model.safetensors");
            try {
                new TinyBert(sizes, seed).write(config, weights);
                return Families.open(config, weights, pooling, DType.FLOAT64, Device.CPU);
            } finally {
                Files.deleteIfExists(config);
                Files.deleteIfExists(weights);
                Files.delete(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void write(Path config, Path weights) throws IOException {
        Files.writeString(config, """
                {"model_type": "bert", "num_hidden_layers": %d, "hidden_size": %d, "num_attention_heads": %d,
                 "intermediate_size": %d, "vocab_size": %d, "max_position_embeddings": %d, "type_vocab_size": %d,
                 "hidden_act": "gelu", "layer_norm_eps": 1e-12}
                """.formatted(
                        sizes.layers(),
                        sizes.hidden(),
                        sizes.heads(),
                        sizes.ffn(),
                        sizes.vocabulary(),
                        sizes.positions(),
                        sizes.types()));
        try (Scope scope = Scope.open()) {
            draw();
            SafetensorsWriter.write(weights, tensors, Map.of());
        }
    }

    private void draw() {
        long d = sizes.hidden();
        table("embeddings.word_embeddings", sizes.vocabulary());
        table("embeddings.position_embeddings", sizes.positions());
        table("embeddings.token_type_embeddings", sizes.types());
        norm("embeddings.LayerNorm");
        for (int i = 0; i < sizes.layers(); i++) {
            String layer = "encoder.layer." + i + ".";
            for (String role : List.of("self.query", "self.key", "self.value", "output.dense")) {
                linear(layer + "attention." + role, d, d);
            }
            norm(layer + "attention.output.LayerNorm");
            linear(layer + "intermediate.dense", sizes.ffn(), d);
            linear(layer + "output.dense", d, sizes.ffn());
            norm(layer + "output.LayerNorm");
        }
        if (sizes.hasPooler()) {
            linear("pooler.dense", d, d);
        }
    }

    private void table(String name, long rows) {
        normal(name + ".weight", rows, sizes.hidden());
    }

    private void linear(String name, long out, long in) {
        normal(name + ".weight", out, in);
        normal(name + ".bias", out);
    }

    private void norm(String name) {
        String weight = name + ".weight";
        tensors.put(weight, random.at(weight).normal(SIGMA, sizes.hidden()).plus(1));
        normal(name + ".bias", sizes.hidden());
    }

    private void normal(String name, long... shape) {
        tensors.put(name, random.at(name).normal(SIGMA, shape));
    }
}
