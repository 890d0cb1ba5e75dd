package dev.graft.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.graft.method.Method;
import dev.graft.method.Methods;
import dev.graft.method.Union;
import dev.graft.model.Backbone;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which of our methods a configuration of AdapterHub's is; that the numbers agree is up to the golden files. */
class AdapterHubBottleneckTest {
    /** As AdapterHub writes it, where it says something: one adapter behind the feed-forward sub-layer. */
    private static final String PLAIN = """
            {"mh_adapter": false, "output_adapter": true, "cross_adapter": false, "reduction_factor": 4, "non_linearity": "relu",
             "original_ln_before": false, "original_ln_after": true, "ln_before": false, "ln_after": false,
             "residual_before_ln": true, "adapter_residual_before_ln": false, "is_parallel": false, "scaling": 1.0,
             "use_gating": false, "inv_adapter": null, "inv_adapter_reduction_factor": null, "dropout": 0.0,
             "phm_layer": false, "phm_dim": 4, "stochastic_depth": 0.0, "leave_out": []}
            """;

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final ForeignMethod BOTTLENECK = new AdapterHubBottleneck();

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
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {}                                                                       | houlsby:sites=ffn,activation=relu
            {"mh_adapter": true, "non_linearity": "swish", "cross_adapter": true}    | houlsby:sites=attention+ffn,activation=silu
            {"residual_before_ln": false, "adapter_residual_before_ln": true}        | houlsby:sites=ffn,activation=relu
            {"original_ln_before": true}                                             | pfeiffer
            {"original_ln_before": true, "mh_adapter": true}                         | pfeiffer:sites=attention+ffn
            {"use_gating": true}                                                     | pfeiffer:reads=output,gate=legacy
            {"ln_before": true}                                                      | pfeiffer:reads=output,norms=before
            {"original_ln_before": true, "ln_after": true, "ln_before": true}        | pfeiffer:norms=before+after
            {"is_parallel": true, "scaling": 4.0}                                    | scaled-parallel:scale=4
            {"is_parallel": true, "scaling": "learned"}                              | scaled-parallel:scale=learned
            {"is_parallel": true, "scaling": "channel", "output_adapter": false, "mh_adapter": true} | scaled-parallel:scale=channel,sites=attention
            """)
    void everyBottleneckIsOneOfOurs(String options, String method) throws JsonProcessingException {
        JsonNode config = config(options);
        String expected = method.startsWith("houlsby") ? method + ",layernorm=frozen" : method;
        assertThat(BOTTLENECK.refusal(config, modules)).isEmpty();
        assertThat(BOTTLENECK.method(config, modules))
                .isEqualTo(Methods.parse(expected + (expected.contains(":") ? "," : ":") + "bottleneck=8"));
    }

    @Test
    void anInvertibleAdapterIsPartOfAUnion() throws JsonProcessingException {
        JsonNode config = config("""
                {"original_ln_before": true, "inv_adapter": "nice", "inv_adapter_reduction_factor": 2}
                """);
        assertThat(BOTTLENECK.refusal(config, modules)).isEmpty();
        assertThat(BOTTLENECK.method(config, modules))
                .isEqualTo(new Union(
                        List.of(Methods.parse("pfeiffer:bottleneck=8"), Methods.parse("invertible:bottleneck=8"))));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"is_parallel": true, "use_gating": true}                                            | use_gating=true
            {"is_parallel": true, "original_ln_before": true}                                    | original_ln_before=true
            {"is_parallel": true, "ln_before": true}                                             | ln_before=true
            {"original_ln_before": true, "residual_before_ln": false}                            | residual_before_ln=false
            {"ln_after": true, "adapter_residual_before_ln": true}                               | adapter_residual_before_ln=true
            {"use_gating": true, "ln_after": true}                                               | ln_after=true
            {"original_ln_after": false}                                                         | original_ln_after=false
            {"scaling": 4.0}                                                                     | scaling=4.0
            {"scaling": "learned"}                                                               | scaling="learned"
            {"dropout": 0.1}                                                                     | dropout=0.1
            {"inv_adapter": "glow"}                                                              | inv_adapter="glow"
            """)
    void whatIsNotComputedIsRefusedByName(String options, String refused) throws JsonProcessingException {
        assertThat(BOTTLENECK.refusal(config(options), modules)).contains(refused + " is not built yet");
    }

    /** The base has two layers of 32. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"reduction_factor": {"default": 4}}                                       | where=ffn,size=8,reads=output
            {"reduction_factor": {"1": 8, "default": 4}, "original_ln_before": true}   | where=ffn,size=4,layers=1,reads=finished & where=ffn,size=8,layers=0,reads=finished
            {"leave_out": [0], "mh_adapter": true, "use_gating": true}                 | where=attention+ffn,layers=1,size=8,reads=output,gate=legacy
            {"leave_out": [1], "is_parallel": true, "scaling": "learned"}              | where=ffn,layers=0,size=8,reads=input,scale=learned
            """)
    void layersThatDifferAreChangesOfTheirOwn(String options, String changes) throws JsonProcessingException {
        JsonNode config = config(options);
        assertThat(BOTTLENECK.refusal(config, modules)).isEmpty();
        Method expected = Methods.union(Arrays.stream(changes.split(" & "))
                .map(change -> "custom:id=adapter,activation=relu,start=near," + change
                        + (change.contains("layers") ? "" : ",layers=0+1"))
                .map(Methods::parse)
                .toList());
        assertThat(BOTTLENECK.method(config, modules)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"reduction_factor": {"0": 4}}   | reduction_factor has neither a value for layer 1 nor a default: {"0":4}
            {"leave_out": [0, 1]}            | leave_out leaves none of the 2 layers: [0,1]
            """)
    void layersWithoutASenseAreNamed(String options, String message) throws JsonProcessingException {
        JsonNode config = config(options);
        assertThatThrownBy(() -> BOTTLENECK.method(config, modules))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void normsOfSomeLayersAreRefused() throws JsonProcessingException {
        assertThat(BOTTLENECK
                        .refusal(config("{\"leave_out\": [0], \"ln_before\": true}"), modules)
                        .orElseThrow())
                .contains("ln_before and ln_after with leave_out");
    }

    @Test
    void aFactorThatIsNoneIsNamed() throws JsonProcessingException {
        JsonNode config = config("{\"reduction_factor\": 0}");
        assertThatThrownBy(() -> BOTTLENECK.method(config, modules))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("reduction_factor must be a positive number: 0");
    }

    private static JsonNode config(String options) throws JsonProcessingException {
        ObjectNode config = (ObjectNode) JSON.readTree(PLAIN);
        return config.setAll((ObjectNode) JSON.readTree(options));
    }
}
