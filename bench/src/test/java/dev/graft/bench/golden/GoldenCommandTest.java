package dev.graft.bench.golden;

import static org.assertj.core.api.Assertions.assertThat;

import dev.graft.tensor.Scope;
import dev.graft.tensor.Tensor;
import dev.graft.weights.SafetensorsWriter;
import dev.graft.weights.TensorInfo;
import dev.graft.weights.TensorSource;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The command on folders where something is wrong or not built. */
class GoldenCommandTest {
    private static final Path CHECKED_IN = Path.of("../graft-core/src/test/resources/golden");

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void copyTheBase() throws IOException {
        copy("base/bert_cls");
    }

    private int run(Path directory) {
        return new CommandLine(new GoldenCommand())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(directory.toString());
    }

    private Path copy(String name) throws IOException {
        Path target = Files.createDirectories(folder.resolve(name));
        try (Stream<Path> files = Files.list(CHECKED_IN.resolve(name))) {
            for (Path file : files.toList()) {
                Files.copy(file, target.resolve(file.getFileName()));
            }
        }
        return target;
    }

    private static void spoil(Path file, String name) {
        try (Scope scope = Scope.open()) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            try (TensorSource source = TensorSource.open(file)) {
                for (TensorInfo info : source.tensors()) {
                    Tensor values = source.read(info.name());
                    tensors.put(info.name(), info.name().equals(name) ? values.times(1.001) : values);
                }
            }
            SafetensorsWriter.write(file, tensors, Map.of());
        }
    }

    @Test
    void allThatPassIsCountedInTheLastLine() throws IOException {
        copy("peft/bert_cls/lora");
        assertThat(run(folder)).isZero();
        assertThat(out.toString().lines().toList()).contains("bert_cls").endsWith("2 passed, 0 failed, 0 skipped");
    }

    @Test
    void aWrongGradientFailsByName() throws IOException {
        String gradient = "grad.base_model.model.classifier.modules_to_save.default.bias";
        spoil(copy("peft/bert_cls/lora").resolve("expected.safetensors"), gradient);
        assertThat(run(folder)).isEqualTo(1);
        assertThat(out.toString())
                .contains("FAILED   grad.base_model.model.classifier.bias")
                .endsWith("1 passed, 1 failed, 0 skipped" + System.lineSeparator());
    }

    @Test
    void aWrongLogitFails() throws IOException {
        spoil(folder.resolve("base/bert_cls/expected.safetensors"), "output.logits");
        assertThat(run(folder)).isEqualTo(1);
        assertThat(out.toString()).contains("FAILED   output.logits");
    }

    @Test
    void aWrongStepFails() throws IOException {
        copy("peft/bert_cls/lora");
        spoil(copy("trajectory/peft_bert_cls_lora").resolve("trajectory.safetensors"), "loss");
        assertThat(run(folder)).isEqualTo(1);
        assertThat(out.toString()).contains("FAILED   loss of step");
    }

    @Test
    void aBrokenFileFailsItsCaseOnly() throws IOException {
        Files.writeString(copy("peft/bert_cls/lora").resolve("adapter_model.safetensors"), "");
        assertThat(run(folder)).isEqualTo(1);
        assertThat(out.toString()).contains("FAILED").contains("1 passed, 1 failed, 0 skipped");
    }

    @Test
    void whatIsNotBuiltIsSkippedByName() throws IOException {
        Path config = copy("peft/bert_cls/lora").resolve("adapter_config.json");
        Files.writeString(config, Files.readString(config).replace("\"LORA\"", "\"LOHA\""));
        Path other = Files.createDirectories(folder.resolve("base/other"));
        Files.writeString(other.resolve("config.json"), "{\"model_type\": \"gpt9\"}");
        Files.createDirectories(folder.resolve("peft_multi/bert_cls"));
        assertThat(run(folder)).isZero();
        assertThat(out.toString())
                .contains("skipped  LOHA is not built yet")
                .contains("skipped  the backbone gpt9 is not built yet")
                .contains("skipped  peft_multi is not built yet")
                .contains("1 passed, 0 failed, 3 skipped");
    }

    @Test
    void aFolderThatIsNotThereIsAUsageError() {
        assertThat(run(folder.resolve("nowhere"))).isEqualTo(2);
        assertThat(err.toString()).contains("there is no folder");
    }

    @Test
    void aFolderWithoutGoldenFilesIsAUsageError() {
        assertThat(run(CHECKED_IN.resolve("peft"))).isEqualTo(2);
        assertThat(err.toString()).contains("holds no golden files");
    }
}
