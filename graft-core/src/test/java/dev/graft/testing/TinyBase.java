package dev.graft.testing;

import dev.graft.hub.BaseFiles;
import dev.graft.hub.Hub;
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
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A base directory in Hugging Face layout with a BERT of random weights and a few dozen words: trains in milliseconds. */
public final class TinyBase {
    private static final List<String> WORDS =
            ("[PAD] [UNK] [CLS] [SEP] [MASK] good bad fine poor great awful nice nasty movie film plot actor scene the a was"
                            + " is it and very not i you we they this that story ending music sound look feel . , ! ?")
                    .transform(text -> List.of(text.split(" ")));
    private static final int HIDDEN = 16;
    private static final int FFN = 32;
    private static final int LAYERS = 2;
    private static final int POSITIONS = 40;

    private TinyBase() {}

    /** Writes the base, the same one every time for one seed. */
    public static BaseFiles write(Path directory, long seed) throws IOException {
        return write(directory, seed, 0);
    }

    /** As {@link #write(Path, long)}, with so many words more that no text contains. */
    public static BaseFiles write(Path directory, long seed, int unused) throws IOException {
        List<String> words = Stream.concat(
                        WORDS.stream(), IntStream.range(0, unused).mapToObj("[unused%d]"::formatted))
                .toList();
        Files.createDirectories(directory);
        Files.writeString(directory.resolve("vocab.txt"), String.join("\n", words) + "\n");
        Files.writeString(
                directory.resolve("config.json"), """
                {"model_type": "bert", "num_hidden_layers": %d, "hidden_size": %d, "num_attention_heads": 2,
                 "intermediate_size": %d, "vocab_size": %d, "max_position_embeddings": %d, "type_vocab_size": 2,
                 "hidden_act": "gelu", "layer_norm_eps": 1e-12, "graft_pooling": "mean"}
                """.formatted(LAYERS, HIDDEN, FFN, words.size(), POSITIONS));
        try (Scope scope = Scope.open()) {
            SafetensorsWriter.write(
                    directory.resolve("model.safetensors"), tensors(words.size(), new RandomSource(seed)), Map.of());
        }
        return Hub.standard().resolve(directory.toString());
    }

    private static Map<String, Tensor> tensors(int words, RandomSource random) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        matrix(tensors, random, "embeddings.word_embeddings.weight", words, HIDDEN);
        matrix(tensors, random, "embeddings.position_embeddings.weight", POSITIONS, HIDDEN);
        matrix(tensors, random, "embeddings.token_type_embeddings.weight", 2, HIDDEN);
        norm(tensors, random, "embeddings.LayerNorm");
        for (int i = 0; i < LAYERS; i++) {
            String layer = "encoder.layer." + i + ".";
            for (String part : List.of("self.query", "self.key", "self.value", "output.dense")) {
                linear(tensors, random, layer + "attention." + part, HIDDEN, HIDDEN);
            }
            norm(tensors, random, layer + "attention.output.LayerNorm");
            linear(tensors, random, layer + "intermediate.dense", FFN, HIDDEN);
            linear(tensors, random, layer + "output.dense", HIDDEN, FFN);
            norm(tensors, random, layer + "output.LayerNorm");
        }
        linear(tensors, random, "cls.predictions.transform.dense", HIDDEN, HIDDEN);
        norm(tensors, random, "cls.predictions.transform.LayerNorm");
        matrix(tensors, random, "cls.predictions.bias", words);
        return tensors;
    }

    private static void linear(Map<String, Tensor> tensors, RandomSource random, String name, long out, long in) {
        matrix(tensors, random, name + ".weight", out, in);
        matrix(tensors, random, name + ".bias", out);
    }

    private static void norm(Map<String, Tensor> tensors, RandomSource random, String name) {
        tensors.put(name + ".weight", random.at(name).normal(0.1, HIDDEN).plus(1));
        matrix(tensors, random, name + ".bias", HIDDEN);
    }

    private static void matrix(Map<String, Tensor> tensors, RandomSource random, String name, long... shape) {
        tensors.put(name, random.at(name).normal(0.2, shape));
    }
}
