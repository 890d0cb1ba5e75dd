package dev.graft.hub;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.graft.model.Pooling;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How a directory says that its base is pooled. The first of these that speaks decides:
 *
 * <ol>
 *   <li>{@code graft_pooling} in {@code config.json}, which Graft's own export writes and a user may add;
 *   <li>{@code 1_Pooling/config.json} of a sentence-transformers model;
 *   <li>{@code architectures} in {@code config.json}: BERT's and ALBERT's classes that put a head on the pooler mean the pooler,
 *       other families' classifiers the first token;
 *   <li>otherwise the mean.
 * </ol>
 */
final class PoolingChoice {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Map<String, Pooling> SENTENCE_TRANSFORMERS =
            Map.of("pooling_mode_cls_token", Pooling.CLS, "pooling_mode_mean_tokens", Pooling.MEAN);
    private static final List<String> ON_THE_POOLER = List.of(
            "BertForSequenceClassification",
            "BertForPreTraining",
            "BertForNextSentencePrediction",
            "BertForMultipleChoice",
            "AlbertForSequenceClassification",
            "AlbertForPreTraining",
            "AlbertForMultipleChoice");

    private PoolingChoice() {}

    static Pooling of(Path folder, Path config) {
        JsonNode base = read(config);
        if (base.hasNonNull("graft_pooling")) {
            return named(config, base.path("graft_pooling").asText());
        }
        Path sentences = folder.resolve("1_Pooling").resolve("config.json");
        if (Files.exists(sentences)) {
            return switchedOn(sentences, read(sentences));
        }
        String architecture = base.path("architectures").path(0).asText();
        if (ON_THE_POOLER.contains(architecture)) {
            return Pooling.POOLER;
        }
        return architecture.endsWith("ForSequenceClassification") ? Pooling.CLS : Pooling.MEAN;
    }

    private static Pooling named(Path config, String name) {
        try {
            return Pooling.valueOf(name.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new HubException(
                    config + ": graft_pooling must be one of " + Arrays.toString(Pooling.values()) + ": " + name, e);
        }
    }

    private static Pooling switchedOn(Path file, JsonNode modes) {
        List<String> on = modes.properties().stream()
                .filter(mode -> mode.getKey().startsWith("pooling_mode_")
                        && mode.getValue().asBoolean())
                .map(Map.Entry::getKey)
                .toList();
        Pooling pooling = on.size() == 1 ? SENTENCE_TRANSFORMERS.get(on.getFirst()) : null;
        if (pooling == null) {
            throw new HubException(file + ": expected pooling_mode_cls_token or pooling_mode_mean_tokens alone to be"
                    + " true: " + on + "; add \"graft_pooling\": \"mean\" or \"cls\" to config.json to choose another");
        }
        return pooling;
    }

    private static JsonNode read(Path file) {
        try {
            return JSON.readTree(Files.readAllBytes(file));
        } catch (JsonProcessingException e) {
            throw new HubException(file + ": not JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new HubException(file + ": cannot be read: " + e, e);
        }
    }
}
