package dev.graft.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.graft.weights.TensorSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A base that has taken up an adapter, as a directory of its own. */
class MergeCommandTest extends CommandTest {
    private static final String TEXT = "the great film";

    private Path trained(String method) {
        Path adapter = folder.resolve("adapter");
        Result result = train("--data", data, "--out", adapter, "--epochs", "3", "--lr", "0.01", "--method", method);
        assertThat(result.exitCode()).as(result.err()).isZero();
        return adapter;
    }

    private static List<Double> numbers(Result result) {
        assertThat(result.exitCode()).as(result.err()).isZero();
        List<Double> numbers = new ArrayList<>();
        for (String cell : result.out().lines().toList().getLast().split(",")) {
            if (cell.matches("[0-9.]+")) {
                numbers.add(Double.parseDouble(cell));
            }
        }
        assertThat(numbers).hasSize(2);
        return numbers;
    }

    @Test
    void theMergedBaseIsABaseWhoseHeadAnswersAsTheAdapterDid() throws IOException {
        Path adapter = trained("lora");
        List<Double> before = numbers(run("predict", "--adapter", adapter, "--dtype", "fp32", TEXT));
        Path out = folder.resolve("merged");
        Result merged = run("merge", "--adapter", adapter, "--out", out);
        assertThat(merged.exitCode()).as(merged.err()).isZero();
        assertThat(merged.out()).contains("merged is written to " + out).contains("--adapter " + out.resolve("head"));
        assertThat(out)
                .isDirectoryContaining("glob:**/config.json")
                .isDirectoryContaining("glob:**/model.safetensors")
                .isDirectoryContaining("glob:**/vocab.txt");

        List<Double> after = numbers(run("predict", "--adapter", out.resolve("head"), "--dtype", "fp32", TEXT));
        assertThat(after.get(0)).isCloseTo(before.get(0), within(1e-4));
        // the adapter still belongs to its own base, which is as it was
        assertThat(numbers(run("predict", "--adapter", adapter, "--dtype", "fp32", TEXT)))
                .isEqualTo(before);
        assertThat(run("predict", "--adapter", adapter, "--base", out, TEXT).err())
                .contains("was trained on other weights");
        // and a new adapter trains on the merged base as on any other
        Result next = run("train", "--base", out, "--data", data, "--out", folder.resolve("next"), "--epochs", "1");
        assertThat(next.exitCode()).as(next.err()).isZero();
    }

    @Test
    void onlyTheTensorsThatTheAdapterActsOnDiffer() throws IOException {
        Path out = folder.resolve("merged");
        Result merged = run("merge", "--adapter", trained("ia3"), "--out", out, "--json");
        JsonNode json = merged.json();
        assertThat(json.path("head").asText()).isEqualTo(out.resolve("head").toString());
        List<String> changed = new ArrayList<>();
        try (TensorSource before = TensorSource.open(base.resolve("model.safetensors"));
                TensorSource after = TensorSource.open(out.resolve("model.safetensors"))) {
            after.tensors().forEach(tensor -> {
                if (!after.bytes(tensor.name()).equals(before.bytes(tensor.name()))) {
                    changed.add(tensor.name());
                }
            });
            assertThat(after.tensors()).hasSameSizeAs(before.tensors());
        }
        assertThat(changed)
                .hasSize(10)
                .contains(
                        "encoder.layer.0.attention.self.key.bias",
                        "encoder.layer.1.attention.self.value.weight",
                        "encoder.layer.1.output.dense.weight")
                .doesNotContain("encoder.layer.1.output.dense.bias");
    }

    @Test
    void whatComputesBesideTheTensorsIsRefusedWithWhatMerges() {
        Path out = folder.resolve("merged");
        Result result = run("merge", "--adapter", trained("prefix:length=2"), "--out", out);
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err())
                .contains("cannot take up 'prefix'")
                .contains("those that merge are lora, dora, ia3, layernorm, bitfit, top-k, full, head");
        assertThat(out).doesNotExist();
    }

    @Test
    void aPlaceThatHoldsSomethingIsLeftAlone() throws IOException {
        Path out = Files.createDirectory(folder.resolve("full"));
        Path mine = Files.writeString(out.resolve("mine.txt"), "mine");
        Result result = run("merge", "--adapter", trained("lora"), "--out", out);
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err()).contains("exists already");
        assertThat(mine).hasContent("mine");
        assertThat(folder).isDirectoryNotContaining("glob:**/.full.part");
    }
}
