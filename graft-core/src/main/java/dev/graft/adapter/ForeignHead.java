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
 * @param isNormed whether a norm stands behind that layer
 * @param tensors what the library calls its tensors
 */
record ForeignHead(
        Task task, Pooling pooling, @Nullable Activation activation, boolean isNormed, List<StoredTensor> tensors) {
    private static final String MASKED_LM = "masked_lm";

    private static final Set<String> KINDS = Set.of("classification", "multilabel_classification", MASKED_LM);

    /** Whether it gives a number for each word of the base. */
    static boolean isMaskedLm(JsonNode file) {
        return file.path("config").path("head_type").asText().equals(MASKED_LM);
    }

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
        if (kind.equals(MASKED_LM)) {
            return maskedLmRefusal(file, layers);
        }
        return layers == 1 || layers == 2
                ? Optional.empty()
                : Optional.of("a head of %d layers is not built yet".formatted(layers));
    }

    private static Optional<String> maskedLmRefusal(JsonNode file, int layers) {
        JsonNode width = file.path("config").path("embedding_size");
        if (layers != 2) {
            return Optional.of("a masked-LM head of %d layers is not built yet".formatted(layers));
        }
        return width.asInt() == file.path("hidden_size").asInt()
                ? Optional.empty()
                : Optional.of("a masked-LM head of embedding_size=%s on states of hidden_size=%s is not built yet"
                        .formatted(width, file.path("hidden_size")));
    }

    /**
     * AdapterHub's masked-LM head: {@code heads.<name>.<index>} of dense layer, activation, norm, and the decoder with a row for
     * each word (formats.md 2.2.6). Its outputs are the words by number.
     *
     * @param file the content of {@code head_config.json}, which is not refused
     */
    static ForeignHead maskedLm(JsonNode file) {
        JsonNode config = file.path("config");
        String name = config.path("activation_function").asText("null");
        boolean isActivated = !name.equals("null");
        boolean isNormed = config.path("layer_norm").asBoolean();
        String heads = "heads." + file.path("name").asText() + ".";
        int norm = isActivated ? 2 : 1;
        String decoder = heads + (isNormed ? norm + 1 : norm);
        List<StoredTensor> tensors = new ArrayList<>();
        tensors.add(StoredTensor.whole(heads + "0.weight", Head.DENSE_WEIGHT));
        tensors.add(StoredTensor.whole(heads + "0.bias", Head.DENSE_BIAS));
        if (isNormed) {
            tensors.add(StoredTensor.whole(heads + norm + ".weight", Head.NORM_WEIGHT));
            tensors.add(StoredTensor.whole(heads + norm + ".bias", Head.NORM_BIAS));
        }
        tensors.add(StoredTensor.whole(decoder + ".weight", Head.WEIGHT));
        if (config.path("bias").asBoolean()) {
            tensors.add(StoredTensor.whole(decoder + ".bias", Head.BIAS));
        }
        return new ForeignHead(
                new Classification(labels(config, config.path("vocab_size").asInt())),
                Pooling.ANSWER,
                isActivated ? Activation.named(name) : Activation.LINEAR,
                isNormed,
                tensors);
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
                false,
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
