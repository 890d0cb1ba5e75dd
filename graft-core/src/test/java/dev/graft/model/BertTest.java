package dev.graft.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.graft.hub.BaseFiles;
import dev.graft.tensor.DType;
import dev.graft.tensor.Device;
import dev.graft.tensor.Gradients;
import dev.graft.tensor.Scope;
import dev.graft.testing.Bases;
import dev.graft.text.Encoding;
import dev.graft.text.Tokenizer;
import java.util.List;
import org.junit.jupiter.api.Test;

class BertTest {
    @Test
    void miniLmGivesTheCosinesThatItIsKnownFor() {
        BaseFiles files = Bases.require("minilm");
        try (Backbone minilm =
                        Families.open(files.config(), files.weights(), files.pooling(), DType.FLOAT32, Device.CPU);
                Tokenizer tokenizer = Tokenizer.open(files.tokenizer());
                Scope scope = Scope.open();
                Gradients off = Gradients.off()) {
            List<Encoding> texts = tokenizer.encodeAll(
                    List.of("That is a happy person", "That is a very happy person", "Today is a sunny day"),
                    null,
                    128);
            Batch batch = Batch.of(
                    texts.stream().map(Encoding::ids).toList(),
                    texts.stream().map(Encoding::typeIds).toList(),
                    tokenizer.padId(),
                    Device.CPU);
            Hidden hidden = minilm.forward(batch, Deltas.NONE, Mode.EVALUATION);
            double[] vectors = minilm.pool(hidden, files.pooling(), Deltas.NONE, Mode.EVALUATION)
                    .toDoubles();
            assertThat(cosine(vectors, 0, 1)).isCloseTo(0.9429, within(1e-4));
            assertThat(cosine(vectors, 0, 2)).isCloseTo(0.2569, within(1e-4));
            assertThat(minilm.architecture().elements()).isEqualTo(22_565_376);
        }
    }

    private static double cosine(double[] vectors, int a, int b) {
        int d = vectors.length / 3;
        double dot = 0;
        double normA = 0;
        double normB = 0;
        for (int i = 0; i < d; i++) {
            dot += vectors[a * d + i] * vectors[b * d + i];
            normA += vectors[a * d + i] * vectors[a * d + i];
            normB += vectors[b * d + i] * vectors[b * d + i];
        }
        return dot / Math.sqrt(normA * normB);
    }
}
