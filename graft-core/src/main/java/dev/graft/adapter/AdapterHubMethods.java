package dev.graft.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import dev.graft.method.Lora;
import dev.graft.method.Method;
import dev.graft.method.Prefix;
import dev.graft.method.Prefix.Positions;
import dev.graft.method.Prompt;
import dev.graft.method.Prompt.Place;
import dev.graft.model.Role;
import dev.graft.model.Site.Embedding.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The methods of AdapterHub that Graft computes, by {@code architecture} (formats.md 2.2, 3.1, 3.2). */
final class AdapterHubMethods {
    /** A bottleneck's configuration has no {@code architecture}. */
    static final String BOTTLENECK = "";

    private static final Options LORA = new Options(
            Set.of(
                    "architecture",
                    "alpha",
                    "attn_matrices",
                    "dropout",
                    "init_weights",
                    "init_weights_seed",
                    "intermediate_lora",
                    "output_lora",
                    "r"),
            Map.of("composition_mode", Set.of("add"), "selfattn_lora", Set.of(true)));

    private static final Options FLAT_PREFIX = new Options(
            Set.of(
                    "architecture",
                    "bottleneck_size",
                    "cross_prefix",
                    "encoder_prefix",
                    "init_weights_seed",
                    "non_linearity",
                    "prefix_length",
                    "shared_gating"),
            Map.of("flat", Set.of(true)));

    private static final Options PROMPT = new Options(
            Set.of("architecture", "init_weights_seed", "prompt_init", "prompt_init_text", "prompt_length"),
            Map.of("combine", Set.of("prefix", "prefix_after_bos")));

    static final Map<String, ForeignMethod> BY_ARCHITECTURE = Map.of(
            BOTTLENECK,
            new AdapterHubBottleneck(),
            "lora",
            ForeignMethod.of(LORA, AdapterHubMethods::lora),
            "prefix_tuning",
            ForeignMethod.of(FLAT_PREFIX, AdapterHubMethods::prefix),
            "prompt_tuning",
            ForeignMethod.of(PROMPT, AdapterHubMethods::prompt));

    private AdapterHubMethods() {}

    private static Method lora(JsonNode config, ModuleNames modules) {
        List<String> targets = new ArrayList<>();
        for (JsonNode matrix : config.path("attn_matrices")) {
            targets.add(
                    switch (matrix.asText()) {
                        case "q" -> Role.QUERY.path();
                        case "k" -> Role.KEY.path();
                        case "v" -> Role.VALUE.path();
                        default -> throw new IllegalArgumentException("attn_matrices must be of q, k, v: " + matrix);
                    });
        }
        if (config.path("intermediate_lora").asBoolean()) {
            targets.add(Role.FFN_UP.path());
        }
        if (config.path("output_lora").asBoolean()) {
            targets.add(Role.FFN_DOWN.path());
        }
        return new Lora(
                config.path("r").asInt(),
                config.path("alpha").asDouble(),
                targets,
                List.of(),
                config.path("dropout").asDouble());
    }

    private static Method prefix(JsonNode config, ModuleNames modules) {
        return new Prefix(config.path("prefix_length").asInt(), Positions.KEPT);
    }

    private static Method prompt(JsonNode config, ModuleNames modules) {
        return new Prompt(
                config.path("prompt_length").asInt(),
                config.path("combine").asText("prefix").equals("prefix") ? Place.BEFORE_CLS : Place.AFTER_CLS,
                Stage.OUTPUT);
    }
}
