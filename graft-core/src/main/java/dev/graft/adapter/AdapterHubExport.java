package dev.graft.adapter;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.graft.method.Compacter;
import dev.graft.method.CompacterPlusPlus;
import dev.graft.method.Custom;
import dev.graft.method.Gated.Mean;
import dev.graft.method.Houlsby;
import dev.graft.method.Ia3;
import dev.graft.method.Initializer;
import dev.graft.method.Lora;
import dev.graft.method.Method;
import dev.graft.method.Parallel;
import dev.graft.method.Pfeiffer;
import dev.graft.method.Phm;
import dev.graft.method.Prefix;
import dev.graft.method.Prompt;
import dev.graft.method.ScaledParallel;
import dev.graft.method.UniPelt;
import dev.graft.method.Union;
import dev.graft.model.Activation;
import dev.graft.model.Architecture;
import dev.graft.model.Backbone;
import dev.graft.model.Deltas;
import dev.graft.model.Pooling;
import dev.graft.task.MultiLabel;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
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

    private static final String FROZEN = "AdapterHub's norms are frozen: train with layernorm=frozen";

    private static final String FROZEN_PHM =
            FROZEN + ", and with factors=shared a bottleneck that divides the base's width";

    private static final String INVERTIBLE = "inv_adapter";

    private final Adapter adapter;
    private final Backbone backbone;

    AdapterHubExport(Adapter adapter, Backbone backbone) {
        this.adapter = adapter;
        this.backbone = backbone;
    }

    /** What stands around each configuration. */
    ObjectNode file(String name, ObjectNode config) {
        ObjectNode json = AdapterCard.JSON.createObjectNode();
        json.set("config", config);
        return json.put("hidden_size", base().hidden())
                .put("model_class", MODEL_CLASSES.get(base().family()))
                .put("model_name", adapter.base().name())
                .put("model_type", base().family())
                .put("name", name)
                .put("version", "adapters.1.2.0");
    }

    /** The configuration of the head, in AdapterHub's form of dropout and linear layers. */
    ObjectNode head() {
        Activation activation = adapter.head().activation();
        ObjectNode json = AdapterCard.JSON
                .createObjectNode()
                .put("activation_function", AdapterHubPart.named(activation))
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
        Method stored = adapter.method().stored();
        List<Method> parts = stored instanceof Union union ? union.methods() : List.of(stored);
        List<ObjectNode> configs = new ArrayList<>();
        for (List<Method> alike : grouped(parts)) {
            Map<String, long[]> shapes = new LinkedHashMap<>();
            alike.forEach(part -> shapes.putAll(shapes(part)));
            List<ObjectNode> own = new AdapterHubPart(alike.getFirst(), shapes, base()).configs();
            if (own.isEmpty()) {
                return Optional.empty();
            }
            configs.addAll(own);
        }
        return united(configs);
    }

    /** The methods, and together those changes from the four axes that differ in their layers and widths alone. */
    private static Collection<List<Method>> grouped(List<Method> methods) {
        Map<Method, List<Method>> groups = new LinkedHashMap<>();
        for (Method method : methods) {
            Method kind = method instanceof Custom c && c.id().equals(AdapterHubBottleneck.CUSTOM)
                    ? new Custom(
                            c.id(),
                            c.where(),
                            List.of(),
                            c.form(),
                            1,
                            c.activation(),
                            c.reads(),
                            c.scale(),
                            c.gate(),
                            Custom.DEFAULT.start())
                    : method;
            groups.computeIfAbsent(kind, k -> new ArrayList<>()).add(method);
        }
        return groups.values();
    }

    /** AdapterHub has an invertible adapter in the configuration of a bottleneck, whose activation it shares. */
    private static Optional<ObjectNode> united(List<ObjectNode> configs) {
        List<ObjectNode> invertible =
                configs.stream().filter(config -> config.hasNonNull(INVERTIBLE)).toList();
        Optional<ObjectNode> bottleneck = configs.stream()
                .filter(config -> config.has(INVERTIBLE) || config.has("mh_adapter"))
                .filter(config -> !config.hasNonNull(INVERTIBLE))
                .findFirst();
        List<ObjectNode> rest = new ArrayList<>(configs);
        if (invertible.size() == 1 && bottleneck.isPresent()) {
            ObjectNode coupling = invertible.getFirst();
            if (coupling.path("non_linearity").equals(bottleneck.get().path("non_linearity"))) {
                rest.remove(coupling);
                bottleneck.get().setAll(coupling.retain(INVERTIBLE, INVERTIBLE + "_reduction_factor"));
            }
        }
        if (rest.size() == 1) {
            return Optional.of(rest.getFirst());
        }
        for (ObjectNode one : rest) {
            if (rest.stream().anyMatch(other -> other != one && !canStandTogether(one, other))) {
                return Optional.empty();
            }
        }
        ObjectNode union = AdapterCard.JSON.createObjectNode().put("architecture", "union");
        rest.forEach(union.putArray("configs")::add);
        return Optional.of(union);
    }

    /** AdapterHub's own rule: of one kind are only bottlenecks at different places. */
    private static boolean canStandTogether(ObjectNode one, ObjectNode other) {
        if (!one.path("architecture").equals(other.path("architecture"))) {
            return true;
        }
        return one.has("mh_adapter")
                && !one.path("mh_adapter").equals(other.path("mh_adapter"))
                && !one.path("output_adapter").equals(other.path("output_adapter"));
    }

    private Map<String, long[]> shapes(Method part) {
        Map<String, long[]> shapes = new LinkedHashMap<>();
        Deltas deltas = new Deltas(part.deltas(base(), Initializer.blank(backbone)));
        deltas.held().forEach(parameter -> {
            shapes.put(parameter.name(), parameter.value().shape());
            parameter.close();
        });
        return shapes;
    }

    private Architecture base() {
        return backbone.architecture();
    }

    /** Why the nearest method of the library's gives other outputs, where that is known. */
    static @Nullable String difference(Method method) {
        return switch (method) {
            case Prefix prefix
            when prefix.positions() == Prefix.Positions.SHIFTED ->
                "AdapterHub leaves the positions of the text where they are: train with positions=kept";
            case Prompt prompt -> "AdapterHub puts a prompt behind the embedding block: train with stage=output";
            case Houlsby houlsby -> FROZEN;
            case Phm phm -> FROZEN_PHM;
            case Compacter compacter -> FROZEN_PHM;
            case CompacterPlusPlus compacter -> FROZEN_PHM;
            case Union union ->
                "AdapterHub unites methods of different kinds, and a bottleneck and an invertible adapter of one activation";
            case Pfeiffer pfeiffer
            when pfeiffer.gate() == Mean.MASKED ->
                "AdapterHub's gates average over padding too: train with gate=legacy";
            case UniPelt uniPelt
            when uniPelt.gates() == UniPelt.Gates.MASKED ->
                "AdapterHub's gates average over padding too: train with gates=legacy or none";
            case ScaledParallel parallel ->
                "AdapterHub's parallel adapters stand beside whole sub-layers: train with sites=ffn or attention";
            case Parallel parallel ->
                "AdapterHub's parallel adapters stand beside whole sub-layers: train with sites=ffn or attention";
            case Ia3 ia3 -> "AdapterHub multiplies outputs alone: train with outputs=key+value+ffn.up and no inputs";
            case Lora lora ->
                "AdapterHub has LoRA on query, key, value, ffn.up and ffn.down alone, one rank and scale for all of them";
            default -> null;
        };
    }
}
