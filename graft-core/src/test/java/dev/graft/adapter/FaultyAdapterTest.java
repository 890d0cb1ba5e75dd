package dev.graft.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.graft.Base;
import dev.graft.hub.BaseFiles;
import dev.graft.method.Methods;
import dev.graft.task.Classification;
import dev.graft.tensor.Device;
import dev.graft.tensor.Precision;
import dev.graft.tensor.Tensor;
import dev.graft.testing.TinyBase;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An adapter whose files were changed is refused with the file's name, and never half loaded. */
class FaultyAdapterTest {
    @TempDir
    Path folder;

    private Base base;
    private Path saved;
    private Path card;
    private Path tensors;

    @BeforeEach
    void saveAnAdapter() throws IOException {
        BaseFiles files = TinyBase.write(folder.resolve("base"), 3);
        base = Base.open(files, Precision.FP32, Device.CPU);
        saved = folder.resolve("adapter");
        card = saved.resolve(AdapterCard.FILE);
        tensors = saved.resolve(TensorFiles.ADAPTER);
        save("houlsby:bottleneck=4");
    }

    private void save(String method) {
        try (Adapter adapter = Adapter.create(
                Methods.parse(method),
                new Classification(List.of("bad", "good")),
                base.backbone(),
                base.name(),
                base.pooling(),
                40,
                1)) {
            adapter.save(saved, base.backbone());
        }
    }

    @AfterEach
    void closeBase() {
        base.close();
    }

    private void refused(String... parts) {
        assertThatThrownBy(() -> base.load(saved))
                .isInstanceOf(AdapterException.class)
                .message()
                .contains(parts);
    }

    /** Rewrites the tensors and the hash that would give the change away. */
    private void forgeTensors(Consumer<Map<String, Tensor>> change) throws IOException {
        GoldenFiles.rewrite(tensors, change);
        editCard(json -> ((ObjectNode) json.required("files")).put(TensorFiles.ADAPTER, hash()));
    }

    private String hash() {
        try {
            return FileHash.of(tensors);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void editCard(Consumer<ObjectNode> change) throws IOException {
        ObjectNode json = (ObjectNode) AdapterCard.JSON.readTree(card.toFile());
        change.accept(json);
        Files.writeString(card, json.toString());
    }

    @Test
    void aFileThatWasChangedIsRefused() throws IOException {
        byte[] bytes = Files.readAllBytes(tensors);
        bytes[bytes.length - 1] ^= 1;
        Files.write(tensors, bytes);
        refused("adapter_model.safetensors: was changed after it was saved");
    }

    @Test
    void aFileThatIsMissingIsRefused() throws IOException {
        Files.delete(tensors);
        refused("adapter_model.safetensors: cannot read this file of the adapter");
    }

    @Test
    void aMissingTensorIsNamed() throws IOException {
        forgeTensors(all -> all.remove("head.bias"));
        refused("adapter_model.safetensors", "missing [head.bias], unexpected []");
    }

    @Test
    void anExtraTensorIsNamed() throws IOException {
        forgeTensors(all -> all.put("stranger", Objects.requireNonNull(all.get("head.bias"))));
        refused("adapter_model.safetensors", "missing [], unexpected [stranger]");
    }

    @Test
    void aTensorThatIsNotFiniteIsNamed() throws IOException {
        forgeTensors(all -> all.computeIfPresent("head.bias", (name, values) -> values.times(Double.NaN)));
        refused("adapter_model.safetensors: 'head.bias' holds NaN or infinity");
    }

    @Test
    void labelsThatDisagreeWithTheHeadAreRefused() throws IOException {
        editCard(json -> ((ObjectNode) json.required("task"))
                .putArray("labels")
                .add("a")
                .add("b")
                .add("c"));
        refused("adapter_model.safetensors: 'head.", "has shape", "expected [3");
    }

    @Test
    void labelsThatDisagreeWithAHeadInPeftsLayoutAreRefused() throws IOException {
        save("lora");
        editCard(json -> ((ObjectNode) json.required("task"))
                .putArray("labels")
                .add("a")
                .add("b")
                .add("c"));
        refused("has shape", "expected [3");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"format\":1|\"format\":2|format must be 1: 2; a newer Graft may have written it",
                "\"format\":1,||not a description of an adapter",
                "\"name\":\"classification\"|\"name\":\"poetry\"|unknown task \"poetry\"",
                "[\"bad\",\"good\"]|[\"bad\",\"bad\"]|a label must be listed once: bad",
                "[\"bad\",\"good\"]|[]|needs at least 1 labels",
                "\"method\":\"houlsby\"|\"method\":\"magic\"|no method 'magic'",
                "\"method\":\"houlsby\"|\"method\":\"lora\"|lora has no option",
                "\"bottleneck\":4|\"bottleneck\":5|has shape",
                "\"bottleneck\":4|\"bottleneck\":-4|bottleneck must be >= 1: -4",
                "\"pooling\":\"MEAN\"|\"pooling\":\"MAX\"|MAX",
                "\"pooling\":\"MEAN\"|\"pooling\":\"POOLER\"|reads the base's pooler, but the open base has none",
                "\"maxLength\":40|\"maxLength\":-1|maxLength must be >= 2: -1",
                "\"maxLength\":40|\"maxLength\":\"long\"|maxLength must be >= 2",
                "\"dropout\":0.1|\"dropout\":\"much\"|dropout must be >= 0 and < 1: NaN",
                "\"scale\":1.0|\"scale\":0|scale not 0",
                "\"family\":\"bert\"|\"family\":\"gpt2\"|but the open base is",
                "\"family\":\"bert\",||not a description of an adapter",
                "\"fingerprint\":\"|\"fingerprint\":\"0|was trained on other weights",
                "\"training\":{}|\"training\":[]|training must be an object: []",
                "\"adapter_model.safetensors\":|\"../base/model.safetensors\":|names a file that no adapter has: ../base/model",
                "\"adapter_model.safetensors\":|\"/etc/passwd\":|names a file that no adapter has: /etc/passwd",
                "\"files\":{|\"files\":null,\"others\":{|files must be an object: null",
                "{|<html>|not a description of an adapter",
                "{|[{|not a description of an adapter"
            })
    void aDescriptionThatWasChangedIsRefused(String old, String replacement, String message) throws IOException {
        editCard(json -> {});
        GoldenFiles.edit(card, old, replacement == null ? "" : replacement);
        refused(message);
    }

    @Test
    void aDescriptionWithoutHashesIsRefused() throws IOException {
        editCard(json -> json.putObject("files"));
        refused("graft.json: has no SHA-256 of adapter_model.safetensors");
    }

    @Test
    void aDescriptionThatNestsWithoutEndIsRefused() throws IOException {
        Files.writeString(card, "{\"format\":".repeat(100_000));
        refused("graft.json: not a description of an adapter");
    }

    @Test
    void aHugeDescriptionIsRefusedUnread() throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(card.toFile(), "rw")) {
            file.setLength(1L << 40);
        }
        refused("graft.json: not a description of an adapter", "bytes, more than the");
    }

    @Test
    void anAdapterInTheWorkingDirectoryLoads() {
        Path here = Path.of("").toAbsolutePath().relativize(saved.toAbsolutePath());
        base.load(here.resolve(".")).close();
        assertThat(saved).isNotEmptyDirectory();
    }
}
