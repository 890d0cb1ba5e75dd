package dev.graft.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.graft.method.Methods;
import dev.graft.model.Activation;
import dev.graft.model.Backbone;
import dev.graft.model.Families;
import dev.graft.model.Pooling;
import dev.graft.task.Classification;
import dev.graft.tensor.DType;
import dev.graft.tensor.Device;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Scope;
import dev.graft.weights.TensorInfo;
import dev.graft.weights.TensorSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** PEFT's names on bases that are no BERT. */
class PeftFamiliesTest {
    @TempDir
    Path saved;

    private static Backbone open(String model) {
        Path directory = GoldenFiles.of("base/" + model);
        return Families.open(
                directory.resolve("config.json"),
                directory.resolve("model.safetensors"),
                Pooling.MEAN,
                DType.FLOAT32,
                Device.CPU);
    }

    private static void save(String method, Backbone base, Path target) {
        try (Adapter adapter = Adapter.create(
                Methods.parse(method), new Classification(List.of("a", "b")), base, "tiny", Pooling.MEAN, 16, 1)) {
            adapter.save(target, base);
        }
    }

    /** The keys are those of PEFT 0.21.0 on transformers' bare models. */
    @ParameterizedTest
    @CsvSource({
        "roberta_padded, lora, query+value, encoder.layer.1.attention.self.value.lora_B.weight",
        "electra_cls, lora:targets=query+embedding.projection, query+embeddings_project, embeddings_project.lora_A.weight",
        "distilbert_cls, lora, q_lin+v_lin, transformer.layer.0.attention.q_lin.lora_A.weight",
        "distilbert_cls, lora:targets=ffn.up, lin1, transformer.layer.0.ffn.lin1.lora_A.weight",
        "roberta_padded, layernorm, LayerNorm, encoder.layer.0.attention.output.LayerNorm.ln_tuning_layers.weight",
        "distilbert_cls, layernorm, LayerNorm+sa_layer_norm+output_layer_norm, transformer.layer.1.sa_layer_norm.ln_tuning_layers.bias"
    })
    void anAdapterIsSavedUnderTheLibrarysNames(String model, String method, String targets, String key)
            throws IOException {
        Path target = saved.resolve("adapter");
        try (Backbone base = open(model)) {
            save(method, base, target);
            Adapter.load(target, base).close();
        }
        JsonNode config = new ObjectMapper()
                .readTree(target.resolve("adapter_config.json").toFile());
        assertThat(config.path("task_type").asText()).isEqualTo("FEATURE_EXTRACTION");
        List<String> named = new ArrayList<>();
        config.path("target_modules").forEach(module -> named.add(module.asText()));
        assertThat(named).containsExactlyInAnyOrder(targets.split("\\+"));
        assertThat(names(target)).contains("base_model.model." + key);
    }

    /** PEFT would change one module and with it all layers. */
    @Test
    void whereLayersShareModulesTheNamesAreGrafts() {
        Path target = saved.resolve("adapter");
        try (Backbone base = open("albert_cls")) {
            save("lora", base, target);
            Adapter.load(target, base).close();
        }
        assertThat(target.resolve("adapter_config.json")).doesNotExist();
        assertThat(names(target)).contains("layer.7.attention.query.lora.a");
    }

    @Test
    void whatActsInEachLayerIsRefusedWhereTheyShareModules() {
        try (Backbone base = open("albert_cls")) {
            assertThat(ForeignAdapter.peft(GoldenFiles.of("peft/bert_cls/lora"), base)
                            .refusal()
                            .orElseThrow())
                    .contains("the layers of the family albert share their modules");
        }
    }

    /** The head of two layers among them. */
    @ParameterizedTest
    @CsvSource({"roberta_padded, lora, TANH", "electra_cls, ia3, GELU", "distilbert_cls, lora, RELU"})
    void whatPeftWroteIsSavedByteForByte(String model, String name, Activation activation) {
        Path original = GoldenFiles.of("peft/" + model + "/" + name);
        Path target = saved.resolve("adapter");
        try (Backbone base = open(model)) {
            try (Adapter adapter = ForeignAdapter.peft(original, base).read()) {
                assertThat(adapter.head().activation()).isEqualTo(activation);
                assertThat(adapter.pooling()).isEqualTo(Pooling.CLS);
                adapter.save(target, base);
            }
            Adapter.load(target, base).close();
        }
        assertThat(target.resolve("adapter_model.safetensors"))
                .hasSameBinaryContentAs(original.resolve("adapter_model.safetensors"));
    }

    /** PEFT leaves DistilBERT's first layer of the head to the model, unless it is told otherwise. */
    @Test
    void whatPeftLeavesToTheModelIsReadFromThere() throws IOException {
        Path adapter = Files.createDirectory(saved.resolve("theirs"));
        GoldenFiles.copy("peft/distilbert_cls/lora", adapter);
        GoldenFiles.rewrite(adapter.resolve("adapter_model.safetensors"), tensors -> {
            tensors.remove("base_model.model.pre_classifier.weight");
            tensors.remove("base_model.model.pre_classifier.bias");
        });
        try (Backbone base = open("distilbert_cls")) {
            assertThatThrownBy(() -> ForeignAdapter.open(adapter, null, base).read())
                    .isInstanceOf(AdapterException.class)
                    .hasMessageContaining("missing [base_model.model.pre_classifier.bias");
            Path model = GoldenFiles.of("base/distilbert_cls");
            try (Adapter read = ForeignAdapter.open(adapter, model, base).read();
                    Scope scope = Scope.open();
                    TensorSource theirs = TensorSource.open(adapter.resolve("adapter_model.safetensors"));
                    TensorSource models = TensorSource.open(model.resolve("model.safetensors"))) {
                List<Parameter> head = read.head().parameters(); // dense, then last
                assertThat(head.get(2).value().toDoubles())
                        .containsExactly(theirs.read("base_model.model.classifier.weight")
                                .toDoubles());
                assertThat(head.get(0).value().toDoubles())
                        .containsExactly(models.read("pre_classifier.weight").toDoubles());
            }
        }
    }

    private static List<String> names(Path directory) {
        try (TensorSource source = TensorSource.open(directory.resolve("adapter_model.safetensors"))) {
            return source.tensors().stream().map(TensorInfo::name).toList();
        }
    }
}
