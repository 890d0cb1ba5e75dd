package dev.graft.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.graft.method.Method;
import dev.graft.method.Methods;
import dev.graft.model.Backbone;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which of our methods a union of AdapterHub's is; that the numbers agree is up to the golden files. */
class AdapterHubUnionTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final ForeignMethod UNION = new AdapterHubUnion();

    private static Backbone base;
    private static ModuleNames modules;

    @BeforeAll
    static void open() {
        base = GoldenFiles.base();
        modules = ModuleNames.withHead(base);
    }

    @AfterAll
    static void close() {
        base.close();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            prefix par_bn                | mam:length=3,bottleneck=8,scale=4,mlp=6
            prefix lora                  | prefix:length=3,mlp=6 & lora:rank=2,alpha=4,targets=attention.query+attention.value
            par_bn lora                  | scaled-parallel:bottleneck=8,scale=4 & lora:rank=2,alpha=4,targets=attention.query+attention.value
            gated_prefix gated_seq_bn    | unipelt:parts=prefix+adapter,length=3,mlp=6,bottleneck=8,gates=legacy
            gated_lora                   | unipelt:parts=lora,rank=2,gates=legacy
            """)
    void everyUnionIsOneOfOurs(String parts, String method) throws JsonProcessingException {
        assertThat(UNION.refusal(union(parts), modules)).isEmpty();
        Method expected = Methods.union(
                Arrays.stream(method.split(" & ")).map(Methods::parse).toList());
        assertThat(UNION.method(union(parts), modules)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            gated_prefix par_bn | gates on other parts than UniPELT's, or on some of them only, are not built yet
            gated_prefix lora   | gates on other parts than UniPELT's, or on some of them only, are not built yet
            prefix reft         | reft is not built yet
            """)
    void whatIsNotBuiltIsRefused(String parts, String message) throws JsonProcessingException {
        assertThat(UNION.refusal(union(parts), modules)).contains(message);
    }

    private static JsonNode union(String parts) throws JsonProcessingException {
        StringBuilder configs = new StringBuilder();
        for (String part : parts.split(" ")) {
            configs.append(configs.isEmpty() ? "" : ",").append(config(part));
        }
        return JSON.readTree("{\"architecture\": \"union\", \"configs\": [%s]}".formatted(configs));
    }

    private static String config(String part) {
        boolean gated = part.startsWith("gated_");
        return switch (part.replace("gated_", "")) {
            case "prefix" -> """
                {"architecture": "prefix_tuning", "prefix_length": 3, "bottleneck_size": 6, "flat": false,
                 "non_linearity": "tanh", "use_gating": %b}""".formatted(gated);
            case "lora" -> """
                {"architecture": "lora", "r": 2, "alpha": 4, "attn_matrices": ["q", "v"], "selfattn_lora": true,
                 "composition_mode": "add", "use_gating": %b}""".formatted(gated);
            case "par_bn" -> """
                {"output_adapter": true, "reduction_factor": 4, "non_linearity": "relu", "original_ln_after": true,
                 "residual_before_ln": true, "is_parallel": true, "scaling": 4.0}""";
            case "seq_bn" -> """
                {"output_adapter": true, "reduction_factor": 4, "non_linearity": "relu", "original_ln_before": true,
                 "original_ln_after": true, "residual_before_ln": true, "scaling": 1.0, "use_gating": %b}""".formatted(gated);
            default -> "{\"architecture\": \"%s\"}".formatted(part);
        };
    }
}
