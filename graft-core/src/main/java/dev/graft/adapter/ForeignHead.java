package dev.graft.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import dev.graft.model.Activation;
import dev.graft.model.Pooling;
import dev.graft.task.Classification;
import dev.graft.task.Head;
import dev.graft.task.MultiLabel;
import dev.graft.task.Regression;
import dev.graft.task.Task;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The head in another library's files.
 *
 * @param task what it answers, with its labels
 * @param pooling what it reads
 * @param activation of its dense layer; null where it has none
 * @param tensors what the library calls its tensors
 */
record ForeignHead(Task task, Pooling pooling, @Nullable Activation activation, List<StoredTensor> tensors) {
    private static final Set<String> KINDS = Set.of("classification", "multilabel_classification");

    /** Why Graft has no such head; empty where it has. */
    static Optional<String> refusal(JsonNode file) {
        JsonNode config = file.path("config");
        if (!config.isObject()) {
            String model = file.path("model_class").asText("");
            return model.isEmpty() || model.endsWith("ForSequenceClassification")
                    ? Optional.empty()
                    : Optional.of("the head of a %s is not built yet".formatted(model));
        }
        String kind = config.path("head_type").asText();
        if (!KINDS.contains(kind)) {
            return Optional.of("a head of the type %s is not built yet".formatted(kind));
        }
        int layers = config.path("layers").asInt();
        return layers == 1 || layers == 2
                ? Optional.empty()
                : Optional.of("a head of %d layers is not built yet".formatted(layers));
    }

    /**
     * AdapterHub's own head: {@code heads.<name>.<index>} of dropout, dense layer, activation, dropout, last layer, of which
     * one with a single layer has the last two (formats.md 2.2.6).
     *
     * @param file the content of {@code head_config.json}, which is not refused
     */
    static ForeignHead flexible(JsonNode file) {
        JsonNode config = file.path("config");
        boolean isDense = config.path("layers").asInt() == 2;
        String name = config.path("activation_function").asText("null");
        boolean isActivated = !name.equals("null");
        String heads = "heads." + file.path("name").asText() + ".";
        String last = heads + (!isDense ? 1 : isActivated ? 4 : 3);
        List<StoredTensor> tensors = new ArrayList<>();
        if (isDense) {
            tensors.add(StoredTensor.whole(heads + "1.weight", Head.DENSE_WEIGHT));
            tensors.add(StoredTensor.whole(heads + "1.bias", Head.DENSE_BIAS));
        }
        tensors.add(StoredTensor.whole(last + ".weight", Head.WEIGHT));
        if (config.path("bias").asBoolean(true)) {
            tensors.add(StoredTensor.whole(last + ".bias", Head.BIAS));
        }
        List<String> labels = labels(config, config.path("num_labels").asInt());
        return new ForeignHead(
                config.path("head_type").asText().equals("classification") ? task(labels) : new MultiLabel(labels),
                config.path("use_pooler").asBoolean() ? Pooling.POOLER : Pooling.CLS,
                isDense ? isActivated ? Activation.named(name) : Activation.LINEAR : null,
                tensors);
    }

    /** A classification, or a regression for a single output. */
    static Task task(List<String> labels) {
        return labels.size() == 1 ? new Regression() : new Classification(labels);
    }

    /** The labels by number; those that transformers makes up where the file has none. */
    static List<String> labels(JsonNode json, int count) {
        JsonNode ids = json.path("label2id");
        List<String> labels = ids.properties().stream()
                .sorted(Comparator.comparingInt(label -> label.getValue().asInt()))
                .map(Map.Entry::getKey)
                .toList();
        if (labels.isEmpty()) {
            return IntStream.range(0, count).mapToObj(i -> "LABEL_" + i).toList();
        }
        if (labels.size() != count) {
            throw new AdapterException("the head gives %d numbers, but has the labels %s".formatted(count, labels));
        }
        return labels;
    }

    /**
     * The task, where a user knows more of it than the files.
     *
     * @param name null for what the files say
     * @param labels empty for what the files say
     */
    Task answering(@Nullable String name, List<String> labels) {
        List<String> known = labels.isEmpty() ? task.labels() : labels;
        return name == null && labels.isEmpty() ? task : Task.of(name == null ? task.name() : name, known);
    }
}
