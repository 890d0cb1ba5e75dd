package dev.graft.adapter;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.graft.method.Houlsby;
import dev.graft.method.Ia3;
import dev.graft.method.Lora;
import dev.graft.method.Method;
import dev.graft.method.Parallel;
import dev.graft.method.Pfeiffer;
import dev.graft.method.Prefix;
import dev.graft.method.Prompt;
import dev.graft.method.Reads;
import dev.graft.method.ScaledParallel;
import dev.graft.model.Activation;
import dev.graft.model.Architecture;
import dev.graft.model.Pooling;
import dev.graft.model.Role;
import dev.graft.task.MultiLabel;
import dev.graft.tensor.Parameter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Writes AdapterHub's configurations: of the method nearest to one of Graft's, and of the head (formats.md 2.2, 3.1, 3.2). */
final class AdapterHubExport {
    private static final Map<String, String> MODEL_CLASSES = Map.of(
            "bert", "BertAdapterModel",
            "roberta", "RobertaAdapterModel",
            "distilbert", "DistilBertAdapterModel",
            "albert", "AlbertAdapterModel",
            "electra", "ElectraAdapterModel");

    private final Adapter adapter;
    private final Architecture base;

    AdapterHubExport(Adapter adapter, Architecture base) {
        this.adapter = adapter;
        this.base = base;
    }

    /** What stands around each configuration. */
    ObjectNode file(String name, ObjectNode config) {
        ObjectNode json = AdapterCard.JSON.createObjectNode();
        json.set("config", config);
        return json.put("hidden_size", base.hidden())
                .put("model_class", MODEL_CLASSES.get(base.family()))
                .put("model_name", adapter.base().name())
                .put("model_type", base.family())
                .put("name", name)
                .put("version", "adapters.1.2.0");
    }

    /** The configuration of the head, in AdapterHub's form of dropout and linear layers. */
    ObjectNode head() {
        Activation activation = adapter.head().activation();
        ObjectNode json = AdapterCard.JSON
                .createObjectNode()
                .put("activation_function", activation == null ? null : named(activation))
                .put("bias", true)
                .put("dropout_prob", adapter.head().dropout())
                .put("head_type", adapter.task() instanceof MultiLabel ? "multilabel_classification" : "classification")
                .put("layers", activation == null ? 1 : 2)
                .put("num_labels", adapter.task().outputs())
                .put("use_pooler", adapter.pooling() == Pooling.POOLER);
        ObjectNode ids = AdapterCard.JSON.createObjectNode();
        adapter.task().labels().forEach(label -> ids.put(label, ids.size()));
        json.set("label2id", ids.isEmpty() ? null : ids);
        return json;
    }

    /** The configuration of a method like this one; empty where AdapterHub has none. */
    Optional<ObjectNode> config() {
        return Optional.ofNullable(
                switch (adapter.method()) {
                    case Lora lora -> lora(lora);
                    case Ia3 ia3 -> ia3();
                    case Houlsby houlsby -> bottleneck(houlsby.activation());
                    case Pfeiffer pfeiffer -> pfeiffer(pfeiffer);
                    case Parallel parallel -> bottleneck(parallel.activation()).put("is_parallel", true);
                    case ScaledParallel parallel -> {
                        ObjectNode json = bottleneck(parallel.activation()).put("is_parallel", true);
                        json.set("scaling", AdapterCard.JSON.valueToTree(parallel.scale()));
                        yield json;
                    }
                    case Prefix prefix ->
                        defaults("prefix_tuning").put("flat", true).put("prefix_length", prefix.length());
                    case Prompt prompt ->
                        defaults("prompt_tuning")
                                .put("prompt_length", prompt.length())
                                .put(
                                        "combine",
                                        prompt.place() == Prompt.Place.BEFORE_CLS ? "prefix" : "prefix_after_bos");
                    default -> null;
                });
    }

    private static ObjectNode defaults(String architecture) {
        return AdapterHubConfig.defaults(architecture);
    }

    private ObjectNode lora(Lora lora) {
        return projections(".lora.a")
                .put("r", lora.rank())
                .put("alpha", lora.alpha())
                .put("dropout", lora.dropout());
    }

    private ObjectNode ia3() {
        return projections(".ia3.output")
                .put("r", 1)
                .put("alpha", 1.0)
                .put("composition_mode", "scale")
                .put("init_weights", "ia3");
    }

    private ObjectNode projections(String ending) {
        ObjectNode json = defaults("lora");
        json.putArray("attn_matrices");
        Map.of(Role.QUERY, "q", Role.KEY, "k", Role.VALUE, "v").forEach((role, letter) -> {
            if (has(role.path() + ending)) {
                json.withArray("attn_matrices").add(letter);
            }
        });
        return json.put("intermediate_lora", has(Role.FFN_UP.path() + ending))
                .put("output_lora", has(Role.FFN_DOWN.path() + ending));
    }

    private ObjectNode pfeiffer(Pfeiffer pfeiffer) {
        ObjectNode json = bottleneck(pfeiffer.activation());
        pfeiffer.norms().forEach(norm -> json.put("ln_" + norm.name().toLowerCase(Locale.ROOT), true));
        return json.put("original_ln_before", pfeiffer.reads() == Reads.FINISHED)
                .put("use_gating", pfeiffer.gate() != null);
    }

    private ObjectNode bottleneck(Activation activation) {
        long width = parameters().stream()
                .filter(parameter -> parameter.name().endsWith("bottleneck.down.weight"))
                .mapToLong(parameter -> parameter.value().size(0))
                .findFirst()
                .orElseThrow();
        // AdapterHub takes the whole part of h / factor, which half a step keeps clear of rounding.
        double factor = base.hidden() % width == 0 ? base.hidden() / width : base.hidden() / (width + 0.5);
        return defaults("bottleneck")
                .put("mh_adapter", has("attention.", "bottleneck.down.weight"))
                .put("output_adapter", has("ffn.", "bottleneck.down.weight"))
                .put("non_linearity", named(activation))
                .put("reduction_factor", factor);
    }

    private static String named(Activation activation) {
        return activation.name().toLowerCase(Locale.ROOT);
    }

    private List<Parameter> parameters() {
        return adapter.deltas().parameters();
    }

    private boolean has(String ending) {
        return parameters().stream().anyMatch(parameter -> parameter.name().endsWith("." + ending));
    }

    private boolean has(String place, String ending) {
        return parameters().stream()
                .map(Parameter::name)
                .anyMatch(name -> name.contains("." + place) && name.endsWith(ending));
    }

    /** Why the nearest method of the library's gives other outputs, where that is known. */
    static @Nullable String difference(Method method) {
        return switch (method) {
            case Prefix prefix
            when prefix.positions() == Prefix.Positions.SHIFTED ->
                "AdapterHub leaves the positions of the text where they are: train with positions=kept";
            case Prompt prompt -> "AdapterHub puts a prompt behind the embedding block: train with stage=output";
            case Houlsby houlsby -> "AdapterHub's norms are frozen: train with layernorm=frozen";
            case Ia3 ia3 -> "AdapterHub multiplies outputs alone: train with outputs=key+value+ffn.up and no inputs";
            case Lora lora ->
                "AdapterHub has one LoRA for every layer, on query, key, value, ffn.up and ffn.down alone";
            default -> null;
        };
    }
}
