package dev.graft.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * PEFT's choice of modules by {@code target_modules}, {@code layers_to_transform} and {@code layers_pattern} (formats.md
 * 2.1.1): a text is a pattern for the whole path; an entry of a list is a path or its end, and only ends are confined to
 * layers.
 */
final class PeftTargets {
    private final JsonNode targets;
    private final Set<Integer> layers = new LinkedHashSet<>();
    private final List<Pattern> layerPatterns = new ArrayList<>();

    /**
     * @throws PatternSyntaxException where a pattern is none
     */
    PeftTargets(JsonNode config) {
        targets = config.path("target_modules");
        for (JsonNode layer : listed(config.path("layers_to_transform"))) {
            layers.add(layer.asInt());
        }
        for (JsonNode pattern : listed(config.path("layers_pattern"))) {
            layerPatterns.add(layerPattern(pattern.asText()));
        }
        if (layerPatterns.isEmpty()) {
            layerPatterns.add(layerPattern("[^.]*"));
        }
    }

    private static Pattern layerPattern(String name) {
        return Pattern.compile(".*?\\." + name + "\\.(\\d+)\\.");
    }

    private static List<JsonNode> listed(JsonNode value) {
        List<JsonNode> nodes = new ArrayList<>();
        if (value.isArray()) {
            value.forEach(nodes::add);
        } else if (!value.isMissingNode() && !value.isNull()) {
            nodes.add(value);
        }
        return nodes;
    }

    /** Why these modules are not what Graft can choose: an entry hits none of them. */
    Optional<String> refusal(List<String> modules) {
        for (JsonNode entry : listed(targets)) {
            if (modules.stream().noneMatch(module -> hits(entry.asText(), module))) {
                return Optional.of("target_modules '%s' hits no module that Graft changes".formatted(entry.asText()));
            }
        }
        return listed(targets).isEmpty() ? Optional.of("target_modules is empty") : Optional.empty();
    }

    /** Whether a module, given by its path, is chosen. */
    boolean hits(String module) {
        return listed(targets).stream().anyMatch(entry -> hits(entry.asText(), module));
    }

    private boolean hits(String entry, String module) {
        if (targets.isTextual()) {
            return Pattern.matches(entry, module);
        }
        return module.equals(entry) || module.endsWith("." + entry) && isInLayers(module);
    }

    private boolean isInLayers(String module) {
        if (layers.isEmpty()) {
            return true;
        }
        return layerPatterns.stream()
                .map(pattern -> pattern.matcher(module))
                .filter(Matcher::lookingAt)
                .findFirst()
                .map(found -> layers.contains(Integer.parseInt(found.group(1))))
                .orElse(false);
    }
}
