package dev.graft.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.graft.method.Lora;
import dev.graft.method.Method;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** PEFT's LoRA in its plain form, on any choice of projections. */
final class PeftLora implements ForeignMethod {
    private static final Options OPTIONS = new Options(
            PeftMethods.free(
                    "r",
                    "lora_alpha",
                    "lora_dropout",
                    "target_modules",
                    "layers_to_transform",
                    "layers_pattern",
                    "fan_in_fan_out",
                    "megatron_core",
                    "qalora_group_size"),
            PeftMethods.only(Map.of("bias", Set.of("none"), "init_lora_weights", Set.of(true, false, "gaussian"))));

    private static final List<String> ABSENT = List.of(
            "alora_invocation_tokens",
            "arrow_config",
            "corda_config",
            "eva_config",
            "kasa_config",
            "layer_replication",
            "layers_pattern",
            "layers_to_transform",
            "lora_ga_config",
            "megatron_config",
            "monteclora_config",
            "target_parameters",
            "trainable_token_indices",
            "use_bdlora",
            "velora_config");

    @Override
    public Optional<String> refusal(JsonNode config, ModuleNames modules) {
        List<String> projections =
                new PeftModules(modules).projections().stream().map(modules::of).toList();
        return OPTIONS.refusal(config).or(() -> new PeftTargets(config).refusal(projections));
    }

    @Override
    public Method method(JsonNode config, ModuleNames modules) {
        PeftTargets targets = new PeftTargets(config);
        List<String> chosen = new PeftModules(modules).byRole(site -> targets.hits(modules.of(site)));
        return new Lora(
                config.path("r").asInt(8),
                config.path("lora_alpha").asDouble(8),
                chosen,
                List.of(),
                config.path("lora_dropout").asDouble(0));
    }

    /** Adds the keys of {@code adapter_config.json} for an adapter with these parameters, every one that PEFT 0.21 writes. */
    static void describe(ObjectNode json, Lora lora, List<String> parameters, PeftModules modules) {
        json.put("peft_type", "LORA").put("r", lora.rank()).put("lora_dropout", lora.dropout());
        if (lora.alpha() == Math.rint(lora.alpha())) {
            json.put("lora_alpha", (long) lora.alpha());
        } else {
            json.put("lora_alpha", lora.alpha());
        }
        modules.shortest(modules.holding(parameters, ".lora.a")).forEach(json.putArray("target_modules")::add);
        json.put("bias", "none")
                .put("init_lora_weights", true)
                .put("fan_in_fan_out", false)
                .put("lora_bias", false)
                .put("use_dora", false)
                .put("use_rslora", false)
                .put("use_qalora", false)
                .put("qalora_group_size", 16)
                .put("ensure_weight_tying", false)
                .put("megatron_core", "megatron.core");
        json.putObject("alpha_pattern");
        json.putObject("rank_pattern");
        json.putObject("loftq_config");
        ABSENT.forEach(json::putNull);
    }
}
