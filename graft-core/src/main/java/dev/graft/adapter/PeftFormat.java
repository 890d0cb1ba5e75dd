package dev.graft.adapter;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.graft.method.LayerNorm;
import dev.graft.method.Lora;
import dev.graft.method.Method;
import dev.graft.model.Backbone;
import dev.graft.model.Pooling;
import dev.graft.task.Head;
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
    private final Method method;
    private final ModuleNames modules;
    private final boolean withClassifier;
    private final String baseName;

    private PeftFormat(Method method, ModuleNames modules, boolean withClassifier, String baseName) {
        this.method = method;
        this.modules = modules;
        this.withClassifier = withClassifier;
        this.baseName = baseName;
    }

    /** Whether PEFT has the method with the same numbers. */
    static boolean covers(Method method) {
        return method instanceof Lora || method instanceof LayerNorm;
    }

    static PeftFormat of(Method method, Backbone backbone, Pooling pooling, Head head, String baseName) {
        boolean plainHead = head.scale() == 1 && head.shift() == 0;
        ModuleNames withHead = ModuleNames.withHead(backbone);
        return pooling == withHead.pooling() && plainHead
                ? new PeftFormat(method, withHead, true, baseName)
                : new PeftFormat(method, ModuleNames.bare(backbone), false, baseName);
    }

    TensorFiles files(List<String> parameters) {
        Map<Boolean, List<String>> apart =
                parameters.stream().collect(Collectors.partitioningBy(name -> !withClassifier && Head.owns(name)));
        List<StoredTensor> adapter = KeyTable.PEFT.tensors(method, apart.getOrDefault(false, List.of()), modules, "");
        List<StoredTensor> head = apart.getOrDefault(true, List.of()).stream()
                .map(name -> StoredTensor.whole(name, name))
                .toList();
        return new TensorFiles(
                head.isEmpty()
                        ? Map.of(TensorFiles.ADAPTER, adapter)
                        : Map.of(TensorFiles.ADAPTER, adapter, TensorFiles.HEAD, head));
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
                .map(name -> modules.of(name.substring(0, name.lastIndexOf(".lora."))))
                .collect(Collectors.toCollection(LinkedHashSet::new));
        Set<String> leaves = chosen.stream()
                .map(path -> path.substring(path.lastIndexOf('.') + 1))
                .collect(Collectors.toCollection(LinkedHashSet::new));
        long hits = modules.backbone().architecture().tensors().keySet().stream()
                .filter(name -> name.endsWith(".weight") && !name.endsWith("norm.weight"))
                .map(name -> modules.of(name.substring(0, name.length() - ".weight".length())))
                .filter(path -> leaves.contains(path.substring(path.lastIndexOf('.') + 1)))
                .count();
        return hits == chosen.size() ? leaves : chosen;
    }
}
