package dev.graft.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.graft.model.Activation;
import dev.graft.model.Pooling;
import dev.graft.task.LabelException;
import dev.graft.task.Task;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What {@code graft.json} says of an adapter, apart from its tensors.
 *
 * @param method {@link dev.graft.method.Methods#toJson}'s form
 * @param task what was learned
 * @param pooling how the base's states become the vector that the head reads
 * @param headActivation {@link dev.graft.task.Head#activation}
 * @param headNormEpsilon {@link dev.graft.task.Head#normEpsilon}
 * @param headDropout {@link dev.graft.task.Head#dropout}
 * @param headScale {@link dev.graft.task.Head#scale}
 * @param headShift {@link dev.graft.task.Head#shift}
 * @param headWords {@link dev.graft.task.Head#words}
 * @param maxLength the longest text in tokens, longer ones are cut
 * @param base the base it belongs to
 * @param training how it came about: settings, seed, data hash, metrics, versions
 * @param files the SHA-256 of each other file in the directory
 */
public record AdapterCard(
        ObjectNode method,
        Task task,
        Pooling pooling,
        @Nullable Activation headActivation,
        @Nullable Double headNormEpsilon,
        double headDropout,
        double headScale,
        double headShift,
        List<Integer> headWords,
        int maxLength,
        BaseIdentity base,
        ObjectNode training,
        Map<String, String> files) {
    /** The name of the file. */
    public static final String FILE = "graft.json";

    /** The number of this form; a reader refuses a higher one. */
    static final int FORMAT = 1;

    /** Far more than any description takes; a larger file is not one, and would fill the memory. */
    private static final long MOST_BYTES = 16 << 20;

    static final ObjectMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    public AdapterCard {
        headWords = List.copyOf(headWords);
        if (!headWords.isEmpty() && headWords.size() != task.outputs()) {
            throw new IllegalArgumentException(
                    "the head needs a word for each of %d labels: %s".formatted(task.outputs(), headWords));
        }
        if (headWords.isEmpty() == (pooling == Pooling.MASK)) {
            throw new IllegalArgumentException(
                    "the head has words where pooling is MASK, and only there: " + headWords);
        }
        if (headNormEpsilon != null && !(headActivation != null && headNormEpsilon >= 0)) {
            throw new IllegalArgumentException(
                    "the head's normEpsilon must be >= 0 and stand behind an activation: " + headNormEpsilon);
        }
        if (maxLength < 2) {
            throw new IllegalArgumentException("maxLength must be >= 2: " + maxLength);
        }
        if (!(headDropout >= 0 && headDropout < 1)) {
            throw new IllegalArgumentException("the head's dropout must be >= 0 and < 1: " + headDropout);
        }
        if (!Double.isFinite(headScale) || headScale == 0 || !Double.isFinite(headShift)) {
            throw new IllegalArgumentException("the head's scale and shift must be finite, and scale not 0: %s and %s"
                    .formatted(headScale, headShift));
        }
    }

    /**
     * Reads {@code graft.json} of an adapter's directory, where an exchange that was cut off is finished first.
     *
     * @throws AdapterException where there is none, or it is not one
     */
    public static AdapterCard read(Path directory) {
        new AdapterDirectory(directory).mend();
        Path file = directory.resolve(FILE);
        if (!Files.isRegularFile(file)) {
            throw new AdapterException("%s: no adapter here (%s is missing)".formatted(directory, FILE));
        }
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw new IllegalArgumentException(
                        "it has %d bytes, more than the %d that one may have".formatted(Files.size(file), MOST_BYTES));
            }
            JsonNode json = JSON.readTree(file.toFile());
            int format = json.required("format").asInt();
            if (format != FORMAT) {
                throw new AdapterException("%s: format must be %d: %s; a newer Graft may have written it"
                        .formatted(file, FORMAT, json.path("format")));
            }
            return parse(json);
        } catch (IOException | IllegalArgumentException | LabelException e) {
            throw new AdapterException("%s: not a description of an adapter: %s".formatted(file, firstLine(e)), e);
        }
    }

    private static AdapterCard parse(JsonNode json) {
        JsonNode head = json.required("head");
        JsonNode base = json.required("base");
        Map<String, String> files = new TreeMap<>();
        object(json, "files")
                .properties()
                .forEach(file -> files.put(file.getKey(), file.getValue().asText()));
        return new AdapterCard(
                object(json, "method"),
                task(json.required("task")),
                Pooling.valueOf(json.required("pooling").asText()),
                head.hasNonNull("activation")
                        ? Activation.named(head.path("activation").asText())
                        : null,
                head.hasNonNull("normEpsilon") ? head.path("normEpsilon").asDouble(Double.NaN) : null,
                head.required("dropout").asDouble(Double.NaN),
                head.required("scale").asDouble(Double.NaN),
                head.required("shift").asDouble(Double.NaN),
                words(head.path("words")),
                json.required("maxLength").asInt(),
                new BaseIdentity(
                        base.required("name").asText(),
                        base.required("family").asText(),
                        base.required("layers").asInt(),
                        base.required("hidden").asInt(),
                        base.required("fingerprint").asText()),
                object(json, "training"),
                files);
    }

    /** Files of before verbalisers have none. */
    private static List<Integer> words(JsonNode ids) {
        List<Integer> words = new ArrayList<>();
        ids.forEach(id -> words.add(id.asInt(-1)));
        return words;
    }

    private static ObjectNode object(JsonNode json, String key) {
        if (json.required(key) instanceof ObjectNode object) {
            return object;
        }
        throw new IllegalArgumentException("%s must be an object: %s".formatted(key, json.get(key)));
    }

    private static Task task(JsonNode json) {
        List<String> labels = new ArrayList<>();
        json.required("labels").forEach(label -> labels.add(label.asText()));
        return Task.of(json.required("name").asText(), labels);
    }

    private static String firstLine(Exception e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }

    ObjectNode toJson() {
        ObjectNode json = JSON.createObjectNode();
        json.put("format", FORMAT);
        json.set("method", method);
        json.putObject("task").put("name", task.name()).set("labels", JSON.valueToTree(task.labels()));
        json.put("pooling", pooling.name());
        ObjectNode head = json.putObject("head")
                .put("dropout", headDropout)
                .put("scale", headScale)
                .put("shift", headShift);
        if (!headWords.isEmpty()) {
            head.set("words", JSON.valueToTree(headWords));
        }
        if (headActivation != null) {
            head.put("activation", headActivation.name().toLowerCase(Locale.ROOT));
        }
        if (headNormEpsilon != null) {
            head.put("normEpsilon", headNormEpsilon);
        }
        json.put("maxLength", maxLength);
        json.set("base", JSON.valueToTree(base));
        json.set("training", training);
        json.set("files", JSON.valueToTree(files));
        return json;
    }
}
