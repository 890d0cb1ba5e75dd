package dev.graft.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import dev.graft.method.LayerNorm;
import dev.graft.method.Method;
import dev.graft.method.PTuning;
import dev.graft.method.PTuning.Encoder;
import dev.graft.method.Prefix;
import dev.graft.method.Prefix.Positions;
import dev.graft.method.Prompt;
import dev.graft.method.Prompt.Place;
import dev.graft.model.Site.Embedding.Stage;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The methods of PEFT that Graft computes, by {@code peft_type} (formats.md 2.1). */
final class PeftMethods {
    private static final String[] VIRTUAL_TOKENS = {
        "num_virtual_tokens",
        "num_attention_heads",
        "num_layers",
        "token_dim",
        "encoder_dropout",
        "encoder_hidden_size",
        "encoder_num_layers",
        "encoder_reparameterization_type",
        "prefix_projection", // the file holds what it gave
        "init_weights",
        "prompt_tuning_init",
        "prompt_tuning_init_text",
        "tokenizer_kwargs",
        "tokenizer_name_or_path"
    };

    private static final Options PROMPT =
            new Options(free(VIRTUAL_TOKENS), only(Map.of("num_transformer_submodules", Set.of(1.0))));

    static final Map<String, ForeignMethod> BY_TYPE = Map.of(
            "LORA",
            new PeftLora(),
            "IA3",
            new PeftIa3(),
            "LN_TUNING",
            new Norms(),
            "PREFIX_TUNING",
            ForeignMethod.of(PROMPT, (config, modules) -> new Prefix(length(config), Positions.SHIFTED)),
            "PROMPT_TUNING",
            ForeignMethod.of(PROMPT, (config, modules) -> new Prompt(length(config), Place.BEFORE_CLS, Stage.INPUT)),
            "P_TUNING",
            ForeignMethod.of(PROMPT, (config, modules) -> new PTuning(length(config), Encoder.NONE, null, null)));

    private PeftMethods() {}

    /** Options that are read or change nothing, with those that every configuration has. */
    static Set<String> free(String... options) {
        Set<String> free = new HashSet<>(Set.of(
                "base_model_name_or_path",
                "inference_mode",
                "modules_to_save",
                "peft_type",
                "peft_version",
                "revision"));
        free.addAll(List.of(options));
        return free;
    }

    /** Options that must have one of the values, with those that every configuration has. */
    static Map<String, Set<Object>> only(Map<String, Set<Object>> options) {
        Map<String, Set<Object>> only = new HashMap<>(options);
        // only what has a head can be used, which its tensors tell
        only.put("task_type", Set.of("SEQ_CLS", "FEATURE_EXTRACTION", "null"));
        return only;
    }

    private static int length(JsonNode config) {
        return config.path("num_virtual_tokens").asInt();
    }

    /** LayerNorm tuning of all normalisations. */
    private static final class Norms implements ForeignMethod {
        private static final Options OPTIONS = new Options(free("target_modules"), only(Map.of()));

        @Override
        public Optional<String> refusal(JsonNode config, ModuleNames modules) {
            List<String> norms = modules.backbone().architecture().norms().stream()
                    .map(norm -> modules.of(norm.path()))
                    .toList();
            PeftTargets targets = new PeftTargets(config);
            return OPTIONS.refusal(config)
                    .or(() -> targets.refusal(norms))
                    .or(() -> norms.stream()
                            .filter(norm -> !targets.hits(norm))
                            .findFirst()
                            .map(norm -> "target_modules leaves out %s; tuning some norms only is not built yet"
                                    .formatted(norm)));
        }

        @Override
        public Method method(JsonNode config, ModuleNames modules) {
            return LayerNorm.DEFAULT;
        }

        /** Where layers share a norm, its copy is one for all of them on both sides. */
        @Override
        public boolean actsInEachLayer() {
            return false;
        }
    }
}
