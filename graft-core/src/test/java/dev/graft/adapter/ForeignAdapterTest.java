package dev.graft.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.graft.method.Houlsby;
import dev.graft.method.Lora;
import dev.graft.method.Methods;
import dev.graft.method.NormPolicy;
import dev.graft.method.Prefix;
import dev.graft.model.Activation;
import dev.graft.model.Backbone;
import dev.graft.model.Site.Sublayer.Block;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ForeignAdapterTest {
    private static final String QUERY_A = "base_model.model.bert.encoder.layer.0.attention.self.query.lora_A.weight";

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

    @Test
    void peftsLoraBecomesOursWithItsRoles() {
        try (Adapter adapter =
                ForeignAdapter.peft(GoldenFiles.of("peft/bert_cls/lora"), base).read()) {
            assertThat(adapter.method())
                    .isEqualTo(new Lora(4, 16, List.of("attention.query", "attention.value"), List.of(), 0));
            assertThat(adapter.base().name()).isEqualTo("tiny/bert_cls");
        }
    }

    @Test
    void adapterHubsDoubleSeqBnIsHoulsbyWithFrozenNorms() {
        try (Adapter adapter = adapterHub("double_seq_bn", "adapter.safetensors", "model_head.safetensors")
                .read()) {
            assertThat(adapter.method())
                    .isEqualTo(new Houlsby(
                            8, Activation.SILU, List.of(Block.ATTENTION, Block.FFN), NormPolicy.FROZEN, 1e-2));
        }
    }

    @Test
    void adapterHubsCompacterIsOursWithFrozenNorms() {
        try (Adapter adapter = adapterHub("compacter", "adapter.safetensors", "model_head.safetensors")
                .read()) {
            assertThat(adapter.method())
                    .isEqualTo(Methods.parse("compacter:bottleneck=8,activation=gelu,layernorm=frozen"));
        }
    }

    /** Its default for Compacter++ is {@code original_ln_before}. */
    @Test
    void aHypercomplexAdapterOfWhatTheLayerHandsOnIsRead() throws IOException {
        GoldenFiles.copy("adapterhub/bert_cls/compacter", directory);
        Path config = directory.resolve("adapter_config.json");
        GoldenFiles.edit(config, "\"original_ln_before\": false", "\"original_ln_before\": true");
        ForeignAdapter foreign = ForeignAdapter.adapterHub(
                config, directory.resolve("adapter.safetensors"), directory.resolve("model_head.safetensors"), base);
        try (Adapter adapter = foreign.read()) {
            assertThat(adapter.method())
                    .isEqualTo(Methods.parse("compacter:bottleneck=8,activation=gelu,reads=finished,layernorm=frozen"));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "factorized_phm_rule": false | "factorized_phm_rule": true | factorized_phm_rule=true is not built yet
            "output_adapter": true       | "output_adapter": false     | output_adapter=false is not built yet
            "shared_W_phm": false        | "shared_W_phm": true, "factorized_phm_W": false | factorized_phm_W=false with shared_W_phm=true
            "leave_out": []              | "leave_out": [1]            | leave_out=[1] is not built yet
            "phm_bias": true             | "phm_bias": false           | phm_bias=false is not built yet
            """)
    void hypercomplexAdaptersOfOtherKindsAreRefusedByName(String was, String is, String reason) throws IOException {
        GoldenFiles.copy("adapterhub/bert_cls/compacter", directory);
        Path config = directory.resolve("adapter_config.json");
        GoldenFiles.edit(config, was, is);
        ForeignAdapter foreign = ForeignAdapter.adapterHub(
                config, directory.resolve("adapter.safetensors"), directory.resolve("model_head.safetensors"), base);
        assertThat(foreign.refusal().orElseThrow()).startsWith("phm: ").contains(reason);
    }

    @Test
    void adapterHubsFlatPrefixIsOneTensorWithSecondNames() {
        ForeignAdapter foreign =
                adapterHub("prefix_flat", "all_keys.safetensors", "../../../base/bert_cls/model.safetensors");
        try (Adapter adapter = foreign.read()) {
            assertThat(adapter.method()).isEqualTo(new Prefix(5, Prefix.Positions.KEPT));
            StoredTensor prefix = foreign.tensors(adapter).getFirst();
            assertThat(prefix.parameters())
                    .containsExactlyElementsOf(adapter.deltas().parameters().stream()
                            .map(Parameter::name)
                            .toList());
            assertThat(prefix.aliases()).hasSize(2);
        }
    }

    private static ForeignAdapter adapterHub(String name, String tensors, String head) {
        Path files = GoldenFiles.of("adapterhub/bert_cls/" + name);
        return ForeignAdapter.adapterHub(
                files.resolve("adapter_config.json"), files.resolve(tensors), files.resolve(head), base);
    }

    @Test
    void theNameInTheRunningModelIsReadToo() throws IOException {
        GoldenFiles.copy("peft/bert_cls/lora", directory);
        GoldenFiles.rewrite(
                directory.resolve("adapter_model.safetensors"),
                tensors -> tensors.put(QUERY_A.replace("lora_A", "lora_A.default"), tensors.remove(QUERY_A)));
        ForeignAdapter.peft(directory, base).read().close();
    }

    @Test
    void missingAndUnexpectedTensorsAreNamed() throws IOException {
        GoldenFiles.copy("peft/bert_cls/lora", directory);
        GoldenFiles.rewrite(
                directory.resolve("adapter_model.safetensors"),
                tensors -> tensors.put("stranger", tensors.remove(QUERY_A)));
        assertThatThrownBy(ForeignAdapter.peft(directory, base)::read)
                .isInstanceOf(AdapterException.class)
                .hasMessageContaining("missing [" + QUERY_A + "]")
                .hasMessageContaining("unexpected [stranger]");
    }

    @Test
    void anotherShapeIsNamedWithTheRightOne() throws IOException {
        GoldenFiles.copy("peft/bert_cls/lora", directory);
        GoldenFiles.rewrite(
                directory.resolve("adapter_model.safetensors"),
                tensors -> tensors.computeIfPresent(QUERY_A, (key, values) -> values.narrow(0, 0, 3)));
        assertThatThrownBy(ForeignAdapter.peft(directory, base)::read)
                .isInstanceOf(AdapterException.class)
                .hasMessageContaining(QUERY_A)
                .hasMessageContaining("[3, 32], expected [4, 32]");
    }

    @Test
    void valuesThatAreNotFiniteAreRefused() throws IOException {
        GoldenFiles.copy("peft/bert_cls/lora", directory);
        GoldenFiles.rewrite(
                directory.resolve("adapter_model.safetensors"),
                tensors -> tensors.computeIfPresent(
                        QUERY_A, (key, values) -> values.dividedBy(Tensor.of(new float[] {0}, 1))));
        assertThatThrownBy(ForeignAdapter.peft(directory, base)::read)
                .isInstanceOf(AdapterException.class)
                .hasMessageContaining("NaN or infinity");
    }

    @Test
    void whatIsNotBuiltIsRefusedByName() throws IOException {
        GoldenFiles.copy("peft/bert_cls/lora", directory);
        GoldenFiles.edit(directory.resolve("adapter_config.json"), "\"use_qalora\": false", "\"use_qalora\": true");
        ForeignAdapter foreign = ForeignAdapter.peft(directory, base);
        assertThat(foreign.refusal()).contains("LORA: use_qalora=true is not built yet");
        assertThatThrownBy(foreign::read).isInstanceOf(AdapterException.class).hasMessageContaining("use_qalora=true");
    }

    @Test
    void aMethodWithoutARowIsRefused() throws IOException {
        GoldenFiles.copy("peft/bert_cls/lora", directory);
        GoldenFiles.edit(directory.resolve("adapter_config.json"), "\"LORA\"", "\"LOHA\"");
        assertThat(ForeignAdapter.peft(directory, base).refusal()).contains("LOHA is not built yet");
    }

    @Test
    void aTargetThatHitsNothingIsRefused() throws IOException {
        GoldenFiles.copy("peft/bert_cls/lora", directory);
        GoldenFiles.edit(directory.resolve("adapter_config.json"), "\"query\"", "\"q_proj\"");
        assertThat(ForeignAdapter.peft(directory, base).refusal().orElseThrow()).contains("target_modules 'q_proj'");
    }

    @Test
    void aConfigurationOfAnotherKindIsNone() {
        assertThatThrownBy(() -> ForeignAdapter.peft(GoldenFiles.of("adapterhub/bert_cls/double_seq_bn"), base))
                .isInstanceOf(AdapterException.class)
                .hasMessageContaining("it has no peft_type");
    }
}
