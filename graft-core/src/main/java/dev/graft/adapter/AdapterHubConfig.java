package dev.graft.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * Brings the {@code config} of any generation of AdapterHub's {@code adapter_config.json} into today's form (formats.md
 * 2.2.1): a method by its name alone, the upper-case keys of 2020, the renamed activations of files without a version, the
 * scale of the first LoRAs, and the defaults of keys that later releases added, which lie in {@code adapterhub-configs.json}.
 */
final class AdapterHubConfig {
    /** Until 1.1.0 a LoRA was scaled by 1 whatever alpha, so that it trained with alpha = r (AdapterHub's pull request 770). */
    private static final Pattern UNSCALED_LORA = Pattern.compile("adapters\\.(0|1\\.0)\\..*");

    /** What adapter-transformers called them before there were versions, and what they are called since. */
    private static final Map<String, String> RENAMED_ACTIVATIONS = Map.of("gelu", "gelu_new", "gelu_orig", "gelu");

    private static final JsonNode KNOWN = known();

    private final String version;
    private final boolean isTask;

    private AdapterHubConfig(String version, boolean isTask) {
        this.version = version;
        this.isTask = isTask;
    }

    private static JsonNode known() {
        try (InputStream in = AdapterHubConfig.class.getResourceAsStream("adapterhub-configs.json")) {
            return AdapterCard.JSON.readTree(Objects.requireNonNull(in, "adapterhub-configs.json"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The options of the method, complete.
     *
     * @param file the content of {@code adapter_config.json}
     * @throws IllegalArgumentException where it holds none, or a name that is not one
     */
    static ObjectNode of(JsonNode file) {
        return new AdapterHubConfig(
                        file.path("version").asText(""),
                        file.path("type").asText("").equals("text_task"))
                .complete(file.path("config"));
    }

    private ObjectNode complete(JsonNode config) {
        if (config.isTextual()) {
            return complete(named(config.asText()));
        }
        if (!(config instanceof ObjectNode given)) {
            throw new IllegalArgumentException("not a configuration of AdapterHub's: it has no config");
        }
        if (given.path("architecture").asText().equals("union")) {
            ObjectNode union = AdapterCard.JSON.createObjectNode().put("architecture", "union");
            ArrayNode parts = union.putArray("configs");
            given.path("configs").forEach(part -> parts.add(complete(part)));
            return union;
        }
        ObjectNode options = defaults(given.path("architecture").asText("bottleneck"));
        given.properties().forEach(option -> set(options, option.getKey(), option.getValue()));
        repair(options);
        return options;
    }

    /** What the options of an architecture are where a configuration does not say. */
    static ObjectNode defaults(String architecture) {
        return KNOWN.path("defaults").path(architecture) instanceof ObjectNode known
                ? known.deepCopy()
                : AdapterCard.JSON.createObjectNode();
    }

    private static void set(ObjectNode options, String key, JsonNode value) {
        switch (key) {
            case "LN_after", "LN_before", "MH_Adapter", "Output_Adapter" ->
                options.set(key.toLowerCase(Locale.ROOT), value);
            case "invertible_adapter" -> {
                if (value.isObject()) {
                    options.set("inv_adapter", value.path("block_type"));
                    options.set("inv_adapter_reduction_factor", value.path("reduction_factor"));
                }
            }
            case "attention_type" -> {
                // how such adapters are fused, which one alone is not
            }
            default -> options.set(key, value);
        }
    }

    private void repair(ObjectNode options) {
        String activation = options.path("non_linearity").asText();
        if (version.isEmpty() && RENAMED_ACTIVATIONS.containsKey(activation)) {
            options.put("non_linearity", RENAMED_ACTIVATIONS.get(activation));
        }
        if (options.path("architecture").asText().equals("lora")
                && UNSCALED_LORA.matcher(version).matches()) {
            options.set("alpha", options.path("r"));
        }
        if (isTask) {
            // Task adapters of 2020 name an invertible adapter that they do not have: it is the language adapters'.
            options.putNull("inv_adapter").putNull("inv_adapter_reduction_factor");
        }
    }

    private static JsonNode named(String name) {
        String today = KNOWN.path("aliases").path(name).asText(name);
        JsonNode config = KNOWN.path("named").path(today);
        if (config.isMissingNode()) {
            throw new IllegalArgumentException("config must be an object or the name of one: '%s'".formatted(name));
        }
        return config;
    }
}
