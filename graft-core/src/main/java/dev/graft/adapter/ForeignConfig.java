package dev.graft.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import dev.graft.method.Method;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * What the configuration file of another library's adapter says.
 *
 * @param file the file
 * @param library the library and its version
 * @param keys how the library names tensors
 * @param kind the library's name of the method
 * @param foreign the method, or null where it is not built yet
 * @param options the options of the method
 * @param baseName the name of the base
 * @param adapterName the adapter's name, which AdapterHub's keys carry
 */
record ForeignConfig(
        Path file,
        String library,
        KeyTable keys,
        String kind,
        @Nullable ForeignMethod foreign,
        JsonNode options,
        String baseName,
        String adapterName) {
    /** Before 1.1.0 AdapterHub scaled a LoRA by alpha, and since then by alpha / r. */
    private static final Pattern SCALED_BY_ALPHA = Pattern.compile("adapters\\.(0|1\\.0)\\..*");

    static ForeignConfig peft(Path file) {
        JsonNode json = read(file);
        String type = json.path("peft_type").asText("");
        if (type.isEmpty()) {
            throw new AdapterException("%s: not a configuration of PEFT's: it has no peft_type".formatted(file));
        }
        return new ForeignConfig(
                file,
                ("PEFT " + json.path("peft_version").asText("")).strip(),
                KeyTable.PEFT,
                type,
                PeftMethods.BY_TYPE.get(type),
                json,
                json.path("base_model_name_or_path").asText(""),
                "");
    }

    static ForeignConfig adapterHub(Path file) {
        JsonNode json = read(file);
        JsonNode options = json.path("config");
        if (!options.isObject() || !json.path("name").isTextual()) {
            throw new AdapterException(
                    "%s: not a configuration of AdapterHub's: it has no config or no name".formatted(file));
        }
        String architecture = AdapterHubMethods.architecture(options);
        return new ForeignConfig(
                file,
                ("AdapterHub " + json.path("version").asText("")).strip(),
                KeyTable.ADAPTERHUB,
                architecture.isEmpty() ? "bottleneck" : architecture,
                AdapterHubMethods.BY_ARCHITECTURE.get(architecture),
                options,
                json.path("model_name").asText(""),
                json.path("name").asText());
    }

    private static JsonNode read(Path file) {
        try {
            return AdapterCard.JSON.readTree(file.toFile());
        } catch (IOException e) {
            throw new AdapterException("%s: not a readable configuration: %s".formatted(file, e.getMessage()), e);
        }
    }

    /** Why Graft cannot compute the adapter on this base; empty where it can. */
    Optional<String> refusal(ModuleNames modules) {
        if (foreign == null) {
            return Optional.of(kind + " is not built yet");
        }
        if (modules.refusal().isPresent()) {
            return modules.refusal();
        }
        if (modules.pooling().isEmpty()) {
            return Optional.of("the head of a %s, which is not one linear layer, is not built yet"
                    .formatted(modules.backbone().architecture().family()));
        }
        if (kind.equals("lora")
                && SCALED_BY_ALPHA
                        .matcher(library.substring(library.indexOf(' ') + 1))
                        .matches()
                && options.path("alpha").asDouble() != options.path("r").asDouble()) {
            return Optional.of("lora of %s is scaled in another way, which is not built yet".formatted(library));
        }
        try {
            return foreign.refusal(options, modules).map(reason -> kind + ": " + reason);
        } catch (PatternSyntaxException e) {
            throw new AdapterException(
                    "%s: '%s' is no pattern: %s".formatted(file, e.getPattern(), e.getDescription()), e);
        }
    }

    /**
     * The method that computes the same.
     *
     * @throws AdapterException where it is refused, or a value is missing or senseless
     */
    Method method(ModuleNames modules) {
        Optional<String> refusal = refusal(modules);
        if (foreign == null || refusal.isPresent()) {
            throw new AdapterException("%s: %s".formatted(file, refusal.orElse("")));
        }
        try {
            return foreign.method(options, modules);
        } catch (IllegalArgumentException e) {
            throw new AdapterException("%s: %s".formatted(file, e.getMessage()), e);
        }
    }
}
