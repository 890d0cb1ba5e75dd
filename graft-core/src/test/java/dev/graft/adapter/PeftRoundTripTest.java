package dev.graft.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.graft.model.Backbone;
import dev.graft.testing.Shared;
import dev.graft.weights.TensorInfo;
import dev.graft.weights.TensorSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What PEFT wrote, read and saved again. */
class PeftRoundTripTest {
    private static Backbone base;

    @TempDir
    private Path directory;

    @BeforeAll
    static void open() {
        base = GoldenFiles.base();
    }

    @AfterAll
    static void close() {
        base.close();
    }

    static List<String> cases() {
        return List.of(
                "lora",
                "ln_tuning",
                "ia3",
                "lora_all_linear",
                "lora_bias_only",
                "lora_dora",
                "lora_embedding",
                "lora_layers_to_transform",
                "lora_lora_bias",
                "lora_patterns",
                "lora_regex",
                "lora_rslora");
    }

    /** Two of them are checked in. */
    private static Path original(String name) {
        Path checkedIn = GoldenFiles.of("peft/bert_cls/" + name);
        return Files.exists(checkedIn) ? checkedIn : Shared.require("golden/peft/bert_cls/" + name);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void tensorsAreTheLibrarysByteForByte(String name) throws IOException {
        Path original = original(name);
        Path saved = save(original);
        assertThat(saved.resolve("adapter_model.safetensors"))
                .hasSameBinaryContentAs(original.resolve("adapter_model.safetensors"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theConfigurationSaysTheSame(String name) throws IOException {
        Path original = original(name);
        ObjectNode theirs = config(original);
        ObjectNode ours = config(save(original));
        assertThat(hits(ours)).isEqualTo(hits(theirs));
        assertThat(asSet(ours.path("feedforward_modules"))).isEqualTo(asSet(theirs.path("feedforward_modules")));
        for (String compared :
                List.of("target_modules", "layers_to_transform", "layers_pattern", "feedforward_modules")) {
            ours.remove(compared);
            theirs.remove(compared);
        }
        assertThat(ours).isEqualTo(theirs);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aSavedOneIsAGraftAdapterToo(String name) throws IOException {
        Path saved = save(original(name));
        try (Adapter loaded = Adapter.load(saved, base)) {
            assertThat(loaded.task().labels()).containsExactly("LABEL_0", "LABEL_1", "LABEL_2");
            assertThat(loaded.training().path("importedFrom").asText()).isEqualTo("PEFT 0.21.0");
        }
    }

    /** The modules that PEFT chooses by a configuration. */
    private static List<String> hits(JsonNode config) {
        PeftTargets targets = new PeftTargets(config);
        ModuleNames names = ModuleNames.withHead(base);
        return base.architecture().tensors().keySet().stream()
                .filter(tensor -> tensor.endsWith(".weight"))
                .map(tensor -> names.of(tensor.replaceFirst("\\.weight$", "")))
                .filter(targets::hits)
                .toList();
    }

    /** PEFT's file with all biases repeats the head's, and has the untrained one of the base. */
    @Test
    void withAllBiasesTheTensorsAreTheLibrarysButThoseThatNobodyReads() {
        Path original = original("lora_bias_all");
        try (TensorSource theirs = TensorSource.open(original.resolve("adapter_model.safetensors"));
                TensorSource ours = TensorSource.open(save(original).resolve("adapter_model.safetensors"))) {
            Set<String> missing = new HashSet<>();
            for (TensorInfo tensor : theirs.tensors()) {
                if (ours.contains(tensor.name())) {
                    assertThat(ours.bytes(tensor.name())).isEqualTo(theirs.bytes(tensor.name()));
                } else {
                    missing.add(tensor.name());
                }
            }
            assertThat(missing)
                    .containsExactlyInAnyOrder(
                            "base_model.model.classifier.modules_to_save.bias",
                            "base_model.model.classifier.original_module.bias");
            assertThat(ours.tensors()).hasSize(theirs.tensors().size() - missing.size());
        }
    }

    private Path save(Path original) {
        Path saved = directory.resolve("saved");
        try (Adapter adapter = ForeignAdapter.peft(original, base).read()) {
            adapter.save(saved, base);
        }
        return saved;
    }

    private static ObjectNode config(Path adapter) throws IOException {
        return (ObjectNode) new ObjectMapper().readTree(Files.readString(adapter.resolve("adapter_config.json")));
    }

    private static Set<String> asSet(JsonNode list) {
        Set<String> set = new HashSet<>();
        list.forEach(entry -> set.add(entry.asText()));
        return set;
    }
}
