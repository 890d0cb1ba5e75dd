package dev.graft.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;

/** Configurations as each generation of AdapterHub's library wrote them. */
class AdapterHubConfigTest {
    private static JsonNode options(String file) throws JsonProcessingException {
        return AdapterHubConfig.of(new ObjectMapper().readTree(file.replace('\'', '"')));
    }

    @Test
    void theUpperCaseKeysOf2020AreTodays() throws JsonProcessingException {
        JsonNode options = options("""
                {'name': 'sst', 'type': 'text_task', 'config': {'LN_after': false, 'LN_before': true, 'MH_Adapter': false,
                 'Output_Adapter': true, 'attention_type': 'sent-lvl-dynamic', 'new_attention_norm': false,
                 'non_linearity': 'relu', 'original_ln_before': true, 'reduction_factor': 16,
                 'invertible_adapter': {'block_type': 'nice', 'non_linearity': 'relu', 'reduction_factor': 2}}}
                """);
        assertThat(options.path("ln_before").asBoolean()).isTrue();
        assertThat(options.path("ln_after").asBoolean()).isFalse();
        assertThat(options.path("output_adapter").asBoolean()).isTrue();
        assertThat(options.has("LN_before")).isFalse();
        assertThat(options.has("attention_type")).isFalse();
        assertThat(options.path("inv_adapter").isNull()).isTrue();
    }

    @Test
    void aLanguageAdapterKeepsItsInvertibleOne() throws JsonProcessingException {
        JsonNode options = options("""
                {'name': 'de', 'type': 'text_lang', 'config': {'MH_Adapter': false, 'Output_Adapter': true,
                 'invertible_adapter': {'block_type': 'nice', 'non_linearity': 'relu', 'reduction_factor': 2}}}
                """);
        assertThat(options.path("inv_adapter").asText()).isEqualTo("nice");
        assertThat(options.path("inv_adapter_reduction_factor").asInt()).isEqualTo(2);
    }

    @Test
    void activationsOfFilesWithoutAVersionAreRenamed() throws JsonProcessingException {
        assertThat(options("{'config': {'non_linearity': 'gelu'}}")
                        .path("non_linearity")
                        .asText())
                .isEqualTo("gelu_new");
        assertThat(options("{'config': {'non_linearity': 'gelu_orig'}}")
                        .path("non_linearity")
                        .asText())
                .isEqualTo("gelu");
        assertThat(options("{'version': '3.2.1', 'config': {'non_linearity': 'gelu'}}")
                        .path("non_linearity")
                        .asText())
                .isEqualTo("gelu");
    }

    @Test
    void keysThatLaterReleasesAddedHaveTheirDefaults() throws JsonProcessingException {
        JsonNode options = options("{'config': {'output_adapter': true, 'non_linearity': 'relu'}}");
        assertThat(options.path("scaling").isDouble()).isTrue();
        assertThat(options.path("original_ln_after").asBoolean()).isTrue();
        assertThat(options.path("residual_before_ln").asBoolean()).isTrue();
        assertThat(options("{'config': {'architecture': 'lora', 'r': 4}}")
                        .path("alpha")
                        .asInt())
                .isEqualTo(8);
    }

    @Test
    void aNameStandsForItsConfiguration() throws JsonProcessingException {
        assertThat(options("{'version': '3.0', 'config': 'pfeiffer'}")).isEqualTo(options("{'config': 'seq_bn'}"));
        assertThat(options("{'version': '3.0', 'config': 'houlsby'}")
                        .path("non_linearity")
                        .asText())
                .isEqualTo("swish");
        assertThat(options("{'config': 'mam'}").path("configs"))
                .hasSize(2)
                .allSatisfy(part -> assertThat(part.has("non_linearity")).isTrue());
        assertThatThrownBy(() -> options("{'config': 'pfeifer'}"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the name of one: 'pfeifer'");
        assertThatThrownBy(() -> options("{'config': 7}")).hasMessageContaining("it has no config");
    }

    @Test
    void aLoraOfBeforeTheScaleWasMendedIsNotScaled() throws JsonProcessingException {
        String config = "{'version': '%s', 'config': {'architecture': 'lora', 'r': 4, 'alpha': 16}}";
        assertThat(options(config.formatted("adapters.1.0.1")).path("alpha").asInt())
                .isEqualTo(4);
        assertThat(options(config.formatted("adapters.1.1.0")).path("alpha").asInt())
                .isEqualTo(16);
        assertThat(options(config.formatted("3.2.1")).path("alpha").asInt()).isEqualTo(16);
    }
}
