package dev.graft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.graft.adapter.Adapter;
import dev.graft.adapter.AdapterException;
import dev.graft.hub.BaseFiles;
import dev.graft.method.Methods;
import dev.graft.model.Backbone;
import dev.graft.model.Families;
import dev.graft.model.ModelException;
import dev.graft.model.Pooling;
import dev.graft.task.Classification;
import dev.graft.tensor.DType;
import dev.graft.tensor.Device;
import dev.graft.tensor.Precision;
import dev.graft.testing.TinyBase;
import dev.graft.weights.TensorInfo;
import dev.graft.weights.TensorSource;
import dev.graft.weights.WeightsException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A base with something wrong in its files is refused with their names, or told apart by its fingerprint. */
class FaultyBaseTest {
    private static final String WORDS = "embeddings.word_embeddings.weight";

    @TempDir
    Path folder;

    private BaseFiles files;
    private byte[] whole;
    private int dataStart;

    @BeforeEach
    void writeBase() throws IOException {
        files = TinyBase.write(folder.resolve("base"), 3);
        whole = Files.readAllBytes(files.weights());
        dataStart = Math.toIntExact(Long.BYTES
                + ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN).getLong());
    }

    private Backbone open() {
        return open(Pooling.MEAN);
    }

    private Backbone open(Pooling pooling) {
        return Families.open(files.config(), files.weights(), pooling, DType.FLOAT32, Device.CPU);
    }

    /** With the pooling that uses every tensor of the file. */
    private String fingerprint() {
        try (Backbone backbone = open(Pooling.MASK)) {
            return backbone.fingerprint(Pooling.MASK);
        }
    }

    private void writeFlipped(int position, int bit) throws IOException {
        byte[] flipped = whole.clone();
        flipped[position] ^= (byte) (1 << bit);
        Files.write(files.weights(), flipped);
    }

    @Test
    void everyTruncationIsRefused() throws IOException {
        for (int length = 0; length < whole.length; length += 1000) {
            Files.write(files.weights(), Arrays.copyOf(whole, length));
            assertThatThrownBy(this::open)
                    .as("%d of %d bytes", length, whole.length)
                    .isInstanceOf(WeightsException.class)
                    .hasMessageContaining("model.safetensors: ");
        }
    }

    @Test
    void aFlippedBitInTheHeaderIsRefusedOrChangesNothing() throws IOException {
        String identity = fingerprint();
        for (int position = 0; position < dataStart; position += 7) {
            writeFlipped(position, position % 8);
            try {
                assertThat(fingerprint()).as("bit flipped in byte %d", position).isEqualTo(identity);
            } catch (WeightsException | ModelException e) {
                assertThat(e).hasMessageContaining("model.safetensors: ");
            }
        }
    }

    @Test
    void aFlippedBitInTheDataIsRefusedOrMakesAnotherBase() throws IOException {
        String identity = fingerprint();
        for (int position = dataStart; position < whole.length; position += 997) {
            writeFlipped(position, position % 8);
            try {
                assertThat(fingerprint()).as("bit flipped in byte %d", position).isNotEqualTo(identity);
            } catch (ModelException e) {
                assertThat(e).hasMessageContaining("holds NaN or infinity");
            }
        }
    }

    @Test
    void anAdapterRefusesItsBaseAfterOneBitHasChanged() throws IOException {
        Path saved = folder.resolve("adapter");
        try (Backbone backbone = open();
                Adapter adapter = Adapter.create(
                        Methods.parse("houlsby"),
                        new Classification(List.of("bad", "good")),
                        backbone,
                        "tiny",
                        Pooling.MEAN,
                        40,
                        1)) {
            adapter.save(saved, backbone);
        }
        writeFlipped(whole.length - 4, 0);
        try (Backbone changed = open()) {
            assertThatThrownBy(() -> Adapter.load(saved, changed))
                    .isInstanceOf(AdapterException.class)
                    .hasMessageContaining("was trained on other weights of 'tiny'")
                    .hasMessageContaining("open the base that it was trained on");
        }
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void valuesThatAreNotFiniteAreRefusedWithTheirTensor(float value) throws IOException {
        String last = lastTensor();
        ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN).putFloat(whole.length - Float.BYTES, value);
        Files.write(files.weights(), whole);
        assertThatThrownBy(this::open)
                .isInstanceOf(ModelException.class)
                .hasMessageContaining(
                        "model.safetensors: tensor '" + last + "' holds NaN or infinity; fetch the file again");
    }

    private String lastTensor() {
        try (TensorSource source = TensorSource.open(files.weights())) {
            return source.tensors().stream().map(TensorInfo::name).reduce("", (before, name) -> name);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"model_type\": \"bert\"|\"model_type\": \"rwkv\"|config.json: model_type must be albert, bert, distilbert, electra, roberta: 'rwkv'",
                "\"model_type\": \"bert\",||config.json: model_type must be albert, bert, distilbert, electra, roberta: ''",
                "\"hidden_size\": 16|\"hidden_size\": 18|model.safetensors: tensor '" + WORDS + "' has shape",
                "\"hidden_size\": 16|\"hidden_size\": -16|hidden_size must be a positive integer: -16",
                "\"hidden_size\": 16|\"hidden_size\": \"wide\"|hidden_size must be a positive integer: \"wide\"",
                "\"hidden_size\": 16,||hidden_size must be a positive integer: missing",
                "_heads\": 2|_heads\": 3|the number of heads must divide the hidden size: 3 heads, 16 wide",
                "_layers\": 2|_layers\": 3|no tensor 'encoder.layer.2.attention.self.query.weight'",
                "_layers\": 2|_layers\": 2000000000000|num_hidden_layers must be a positive integer",
                "_position_embeddings\": 40|_position_embeddings\": 41|but config.json makes it [41, 16]",
                "\"intermediate_size\": 32|\"intermediate_size\": 64|but config.json makes it [64, 16]",
                "\"type_vocab_size\": 2|\"type_vocab_size\": 1|but config.json makes it [1, 16]",
                "{|<html>|not a readable config.json"
            })
    void aConfigurationThatDoesNotFitIsRefused(String old, @Nullable String replacement, String message)
            throws IOException {
        String config = Files.readString(files.config());
        assertThat(config).contains(old);
        Files.writeString(files.config(), config.replace(old, replacement == null ? "" : replacement));
        assertThatThrownBy(this::open).isInstanceOf(ModelException.class).hasMessageContaining(message);
    }

    @Test
    void aTokenizerWithMoreTokensThanTheBaseEmbedsIsRefused() throws IOException {
        Files.writeString(files.tokenizer(), "another\nmodel's\ntokens\n", StandardOpenOption.APPEND);
        assertThatThrownBy(() -> Base.open(files, Precision.FP32, Device.CPU))
                .isInstanceOf(ModelException.class)
                .hasMessageMatching("(?s).*vocab.txt has ids up to \\d+, but the base has embeddings for \\d+; .*");
    }

    @Test
    void aFileThatGrowsWhileItIsReadKeepsItsValuesAndIsRefusedAfterwards() throws IOException {
        try (TensorSource source = TensorSource.open(files.weights())) {
            Files.write(files.weights(), new byte[5000], StandardOpenOption.APPEND);
            assertSameValues(source);
        }
        assertThatThrownBy(this::open).isInstanceOf(WeightsException.class).hasMessageContaining("model.safetensors: ");
    }

    @Test
    void aFileThatIsReplacedWhileItIsReadKeepsItsValues() throws IOException {
        Path other = TinyBase.write(folder.resolve("other"), 4).weights();
        try (TensorSource source = TensorSource.open(files.weights())) {
            Files.move(other, files.weights(), StandardCopyOption.ATOMIC_MOVE);
            assertSameValues(source);
        }
    }

    private void assertSameValues(TensorSource source) throws IOException {
        Path copy = Files.write(folder.resolve("copy.safetensors"), whole);
        try (TensorSource before = TensorSource.open(copy)) {
            assertThat(before.tensors()).isNotEmpty();
            for (TensorInfo tensor : before.tensors()) {
                assertThat(source.bytes(tensor.name())).isEqualTo(before.bytes(tensor.name()));
            }
        }
    }
}
