package dev.graft.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.graft.adapter.AdapterCard;
import dev.graft.hub.BaseFiles;
import dev.graft.hub.Hub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a directory or file is.
 *
 * @param kind in a few words
 * @param facts lines for people
 * @param description what it says about itself, for programs
 * @param tensorFiles the files with its tensors
 */
record Inspection(String kind, List<String> facts, ObjectNode description, List<Path> tensorFiles) {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String PEFT_OR_HUB = "adapter_config.json";

    static Inspection of(Path path) {
        if (!Files.exists(path)) {
            throw new CommandException(path + ": there is no such file or directory");
        }
        if (!Files.isDirectory(path)) {
            return new Inspection("file of tensors", List.of(), JsonNodeFactory.instance.objectNode(), List.of(path));
        }
        if (Files.exists(path.resolve(AdapterCard.FILE))) {
            return adapter(path);
        }
        if (Files.exists(path.resolve(PEFT_OR_HUB))) {
            return foreignAdapter(path);
        }
        if (Files.exists(path.resolve("config.json"))) {
            return base(path);
        }
        List<Path> files = tensorFiles(path);
        if (files.isEmpty()) {
            throw new CommandException(path + ": neither an adapter (" + AdapterCard.FILE + ", " + PEFT_OR_HUB
                    + ") nor a base (config.json) nor a directory with files of tensors");
        }
        return new Inspection("directory of tensors", List.of(), JsonNodeFactory.instance.objectNode(), files);
    }

    private static Inspection adapter(Path path) {
        AdapterCard card = AdapterCard.read(path);
        List<String> facts = new ArrayList<>();
        facts.add("Base    %s (%s, %d layers, %d wide), fingerprint %.12s"
                .formatted(
                        card.base().name(),
                        card.base().family(),
                        card.base().layers(),
                        card.base().hidden(),
                        card.base().fingerprint()));
        facts.add("Method  " + words(card.method()).substring("method ".length()));
        facts.add("Task    " + card.task().name()
                + (card.task().labels().isEmpty()
                        ? ""
                        : ": " + String.join(", ", card.task().labels())));
        facts.add("Texts   at most %d tokens, pooled by %s"
                .formatted(card.maxLength(), card.pooling().name().toLowerCase(Locale.ROOT)));
        facts.addAll(trainingRecord(card.training()));
        return new Inspection("Graft adapter", facts, read(path.resolve(AdapterCard.FILE)), tensorFiles(path));
    }

    private static List<String> trainingRecord(ObjectNode training) {
        if (training.isEmpty()) {
            return List.of();
        }
        if (training.hasNonNull("importedFrom")) {
            return List.of(
                    "Origin  imported from " + training.path("importedFrom").asText());
        }
        List<String> lines = new ArrayList<>();
        lines.add("Trained %s rows, judged by %s; %s seconds, %s on %s"
                .formatted(
                        training.path("trainRows").asText("?"),
                        training.path("devRows").asText("?"),
                        training.path("seconds").asText("?"),
                        training.path("dtype").asText("?"),
                        training.path("device").asText("?")));
        if (training.path("settings") instanceof ObjectNode settings) {
            lines.add("        " + words(settings));
        }
        int best = training.path("bestEpoch").asInt();
        for (JsonNode epoch : training.path("epochs")) {
            if (epoch.path("epoch").asInt() == best && epoch.path("dev").path("values") instanceof ObjectNode dev) {
                lines.add("        best epoch %d of %d: %s"
                        .formatted(best, training.path("epochs").size(), words(dev)));
            }
        }
        return lines;
    }

    private static Inspection foreignAdapter(Path path) {
        ObjectNode config = read(path.resolve(PEFT_OR_HUB));
        boolean peft = config.has("peft_type");
        String baseName =
                config.path(peft ? "base_model_name_or_path" : "model_name").asText("not named");
        List<String> facts = new ArrayList<>();
        facts.add("Base    " + baseName);
        if (peft) {
            facts.add("Method  " + words(config));
        } else if (config.path("config") instanceof ObjectNode method) {
            facts.add("Method  " + words(method));
        }
        return new Inspection(peft ? "PEFT adapter" : "AdapterHub adapter", facts, config, tensorFiles(path));
    }

    private static Inspection base(Path path) {
        BaseFiles files = Hub.standard().resolve(path.toString());
        ObjectNode config = read(files.config());
        List<String> facts = List.of(
                "Sizes   " + words(config),
                "Texts   %s, pooled by %s"
                        .formatted(
                                files.tokenizer().getFileName(),
                                files.pooling().name().toLowerCase(Locale.ROOT)));
        return new Inspection("base", facts, config, List.of(files.weights()));
    }

    private static List<Path> tensorFiles(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().matches(".*\\.(safetensors|onnx|index|bin|pt)"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new CommandException(directory + ": cannot be listed: " + e, e);
        }
    }

    private static ObjectNode read(Path file) {
        try {
            if (JSON.readTree(Files.readAllBytes(file)) instanceof ObjectNode json) {
                return json;
            }
            throw new CommandException(file + ": not a JSON object");
        } catch (JsonProcessingException e) {
            throw new CommandException(file + ": not JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new CommandException(file + ": cannot be read: " + e, e);
        }
    }

    /** {@code name value, name value}; what is not set is left out. */
    static String words(ObjectNode json) {
        return json.properties().stream()
                .filter(entry -> !entry.getValue().isNull())
                .map(entry -> entry.getKey() + " " + word(entry.getValue()))
                .collect(Collectors.joining(", "));
    }

    private static String word(JsonNode value) {
        if (value.isDouble()) {
            return Table.number(value.asDouble());
        }
        return value.isTextual() ? value.asText() : value.toString();
    }
}
