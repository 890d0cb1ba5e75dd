package dev.graft.adapter;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.graft.method.Dora;
import dev.graft.method.Ia3;
import dev.graft.method.LayerNorm;
import dev.graft.method.Lora;
import dev.graft.method.Method;
import dev.graft.method.PTuning;
import dev.graft.method.Prefix;
import dev.graft.method.Prompt;
import dev.graft.model.Architecture;
import dev.graft.model.Backbone;
import dev.graft.model.Pooling;
import dev.graft.task.Head;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * PEFT's own files for the methods that PEFT computes exactly alike (formats.md 2.1): Python loads them unchanged.
 *
 * <p>Where transformers' sequence classification of the family computes the same head, the head is one of
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

    /** Whether PEFT has the method with the same numbers on such a base. */
    static boolean covers(Method method, Backbone backbone) {
        boolean known = method instanceof Lora
                || method instanceof Dora
                || method instanceof Ia3
                || method instanceof LayerNorm;
        return known && ModuleNames.bare(backbone).refusal().isEmpty();
    }

    static PeftFormat of(Method method, Backbone backbone, Pooling pooling, Head head, String baseName) {
        ModuleNames names = ModuleNames.withHead(backbone);
        return names.refusal().isEmpty() && names.classifier().computes(pooling, head)
                ? new PeftFormat(method, names, true, baseName)
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
            ArrayNode saved = json.putArray("modules_to_save");
            modules.classifier().modules().forEach(saved::add);
            saved.add("score");
        } else {
            json.putNull("modules_to_save");
        }
        json.putNull("exclude_modules");
        switch (method) {
            case Lora lora -> PeftLora.describe(json, lora, parameters, new PeftModules(modules));
            case Dora dora -> PeftLora.describe(json, dora, parameters, new PeftModules(modules));
            case Ia3 ia3 -> PeftIa3.describe(json, parameters, new PeftModules(modules));
            case Prefix prefix ->
                virtualTokens(json, "PREFIX_TUNING", prefix.length(), base().hidden())
                        .put("encoder_hidden_size", base().hidden())
                        .put("prefix_projection", false);
            case Prompt prompt ->
                virtualTokens(json, "PROMPT_TUNING", prompt.length(), base().embedding())
                        .put("prompt_tuning_init", "RANDOM");
            case PTuning rows ->
                virtualTokens(json, "P_TUNING", rows.takenPositions(), base().embedding())
                        .put("encoder_reparameterization_type", "MLP")
                        .put("encoder_hidden_size", base().hidden())
                        .put("encoder_num_layers", 2)
                        .put("encoder_dropout", 0.0);
            default -> normKeys(json);
        }
        return json;
    }

    private void normKeys(ObjectNode json) {
        ArrayNode targets = json.put("peft_type", "LN_TUNING").putArray("target_modules");
        modules.backbone().architecture().norms().stream()
                .map(norm -> modules.of(norm.path()))
                .map(path -> path.substring(path.lastIndexOf('.') + 1))
                .distinct()
                .forEach(targets::add);
    }

    private ObjectNode virtualTokens(ObjectNode json, String type, int length, int width) {
        json.remove("exclude_modules");
        return json.put("peft_type", type)
                .put("num_virtual_tokens", length)
                .put("num_attention_heads", base().heads())
                .put("num_layers", base().layers())
                .put("num_transformer_submodules", 1)
                .put("token_dim", width);
    }

    private Architecture base() {
        return modules.backbone().architecture();
    }
}
