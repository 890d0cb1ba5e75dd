package dev.graft.adapter;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.graft.method.LayerNorm;
import dev.graft.method.Lora;
import dev.graft.method.Method;
import dev.graft.model.Backbone;
import dev.graft.model.Pooling;
import dev.graft.task.Head;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * PEFT's own files for the methods that PEFT computes exactly alike (formats.md 2.1): Python loads them unchanged.
 *
 * <p>Where transformers' sequence classification computes the same head, from the pooler, the head is one of
 * {@code modules_to_save}; else the adapter is one of the bare model, and the head has a file of its own.
 */
final class PeftFormat {
    private static final String CLASSIFIER = "classifier.";

    private final Method method;
    private final Backbone backbone;
    private final boolean withClassifier;
    private final String baseName;

    private PeftFormat(Method method, Backbone backbone, boolean withClassifier, String baseName) {
        this.method = method;
        this.backbone = backbone;
        this.withClassifier = withClassifier;
        this.baseName = baseName;
    }

    /** Whether PEFT has the method with the same numbers. */
    static boolean covers(Method method) {
        return method instanceof Lora || method instanceof LayerNorm;
    }

    static PeftFormat of(Method method, Backbone backbone, Pooling pooling, Head head, String baseName) {
        boolean plainHead = head.scale() == 1 && head.shift() == 0;
        return new PeftFormat(method, backbone, pooling == Pooling.POOLER && plainHead, baseName);
    }

    TensorFiles files(List<String> parameters) {
        Map<String, String> adapter = new LinkedHashMap<>();
        Map<String, String> head = new LinkedHashMap<>();
        for (String name : parameters) {
            if (!name.startsWith("head.")) {
                adapter.put("base_model.model." + module(name) + tensor(name), name);
            } else if (withClassifier) {
                adapter.put("base_model.model." + CLASSIFIER + name.substring("head.".length()), name);
            } else {
                head.put(name, name);
            }
        }
        return new TensorFiles(
                head.isEmpty()
                        ? Map.of(TensorFiles.ADAPTER, adapter)
                        : Map.of(TensorFiles.ADAPTER, adapter, TensorFiles.HEAD, head));
    }

    /** The module's path within the model that PEFT wraps. */
    private String module(String parameter) {
        String site = method instanceof Lora
                ? parameter.substring(0, parameter.lastIndexOf(".lora."))
                : parameter.substring(0, parameter.lastIndexOf('.'));
        String plain = backbone.huggingFaceName(site + ".weight");
        String module = plain.substring(0, plain.length() - ".weight".length());
        return withClassifier ? backbone.architecture().family() + "." + module : module;
    }

    private String tensor(String parameter) {
        String last = parameter.substring(parameter.lastIndexOf('.') + 1);
        return switch (method) {
            case Lora lora -> last.equals("a") ? ".lora_A.weight" : ".lora_B.weight";
            default -> ".ln_tuning_layers." + last;
        };
    }

    /** {@code adapter_config.json} with every key that PEFT 0.21 writes. */
    ObjectNode config(List<String> parameters) {
        ObjectNode json = AdapterCard.JSON.createObjectNode();
        json.putNull("auto_mapping")
                .put("base_model_name_or_path", baseName)
                .put("inference_mode", true)
                .put("peft_version", "0.21.0")
                .putNull("revision")
                .put("task_type", withClassifier ? "SEQ_CLS" : "FEATURE_EXTRACTION");
        if (withClassifier) {
            json.putArray("modules_to_save").add("classifier").add("score");
        } else {
            json.putNull("modules_to_save");
        }
        json.putNull("exclude_modules");
        if (method instanceof Lora lora) {
            loraKeys(json, lora, parameters);
        } else {
            json.put("peft_type", "LN_TUNING").putArray("target_modules").add("LayerNorm");
        }
        return json;
    }

    private void loraKeys(ObjectNode json, Lora lora, List<String> parameters) {
        json.put("peft_type", "LORA").put("r", lora.rank()).put("lora_dropout", lora.dropout());
        if (lora.alpha() == Math.rint(lora.alpha())) {
            json.put("lora_alpha", (long) lora.alpha());
        } else {
            json.put("lora_alpha", lora.alpha());
        }
        targetModules(parameters).forEach(json.putArray("target_modules")::add);
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
        for (String absent : List.of(
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
                "velora_config")) {
            json.putNull(absent);
        }
    }

    /** The last names of the modules where those hit exactly the right ones, else their whole paths. */
    private Set<String> targetModules(List<String> parameters) {
        Set<String> chosen = parameters.stream()
                .filter(name -> name.endsWith(".lora.a"))
                .map(this::module)
                .collect(Collectors.toCollection(LinkedHashSet::new));
        Set<String> leaves = chosen.stream()
                .map(path -> path.substring(path.lastIndexOf('.') + 1))
                .collect(Collectors.toCollection(LinkedHashSet::new));
        long hits = backbone.architecture().tensors().keySet().stream()
                .filter(name -> name.endsWith(".weight") && !name.endsWith("norm.weight"))
                .map(backbone::huggingFaceName)
                .map(name -> name.substring(0, name.length() - ".weight".length()))
                .filter(path -> leaves.contains(path.substring(path.lastIndexOf('.') + 1)))
                .count();
        return hits == chosen.size() ? leaves : chosen;
    }
}
