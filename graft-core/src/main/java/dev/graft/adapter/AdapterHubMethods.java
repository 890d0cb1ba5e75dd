package dev.graft.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import dev.graft.method.Method;
import dev.graft.method.Prefix;
import dev.graft.method.Prefix.Positions;
import dev.graft.method.Prompt;
import dev.graft.method.Prompt.Place;
import dev.graft.model.Site.Embedding.Stage;
import java.util.Map;
import java.util.Set;

/** The methods of AdapterHub that Graft computes, by {@code architecture} (formats.md 2.2, 3.1, 3.2). */
final class AdapterHubMethods {
    /** A bottleneck's configuration has no {@code architecture}. */
    private static final String BOTTLENECK = "";

    private static final String PHM = "phm";

    private static final Options PREFIX = new Options(
            Set.of(
                    "architecture",
                    "bottleneck_size",
                    "cross_prefix",
                    "dropout",
                    "encoder_prefix",
                    "flat",
                    "init_weights_seed",
                    "prefix_length",
                    "shared_gating"),
            Map.of("non_linearity", Set.of("tanh")));

    private static final Options PROMPT = new Options(
            Set.of("architecture", "init_weights_seed", "prompt_init", "prompt_init_text", "prompt_length"),
            Map.of("combine", Set.of("prefix", "prefix_after_bos")));

    static final Map<String, ForeignMethod> BY_ARCHITECTURE = Map.of(
            BOTTLENECK,
            new AdapterHubBottleneck(),
            PHM,
            new AdapterHubPhm(),
            "lora",
            new AdapterHubLora(),
            "prefix_tuning",
            ForeignMethod.of(PREFIX, AdapterHubMethods::prefix),
            "prompt_tuning",
            ForeignMethod.of(PROMPT, AdapterHubMethods::prompt),
            "union",
            new AdapterHubUnion());

    private AdapterHubMethods() {}

    /** Which of them a configuration is of; {@code phm_layer} makes a bottleneck hypercomplex. */
    static String architecture(JsonNode config) {
        String named = config.path("architecture").asText(BOTTLENECK);
        return named.equals(BOTTLENECK) && config.path("phm_layer").asBoolean() ? PHM : named;
    }

    private static Method prefix(JsonNode config, ModuleNames modules) {
        boolean flat = config.path("flat").asBoolean();
        return new Prefix(
                config.path("prefix_length").asInt(),
                Positions.KEPT,
                flat ? null : config.path("bottleneck_size").asInt(),
                null,
                config.path("dropout").asDouble());
    }

    private static Method prompt(JsonNode config, ModuleNames modules) {
        return new Prompt(
                config.path("prompt_length").asInt(),
                config.path("combine").asText("prefix").equals("prefix") ? Place.BEFORE_CLS : Place.AFTER_CLS,
                Stage.OUTPUT);
    }
}
