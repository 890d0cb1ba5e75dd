package dev.graft.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import dev.graft.method.Method;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;
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
    /**
     * The configuration in a directory, of whichever library's.
     *
     * @throws AdapterException where there is none, or it is neither's
     */
    static ForeignConfig in(Path directory) {
        Path file = directory.resolve(AdapterWriter.PEFT_CONFIG);
        if (!Files.isRegularFile(file)) {
            throw new AdapterException("%s: no adapter of PEFT or AdapterHub here (%s is missing)%s"
                    .formatted(directory, AdapterWriter.PEFT_CONFIG, adaptersWithin(directory)));
        }
        return read(file).has("peft_type") ? peft(file) : adapterHub(file);
    }

    /** PEFT and AdapterHub both save several adapters in folders of one directory. */
    private static String adaptersWithin(Path directory) {
        try (Stream<Path> entries = Files.list(directory)) {
            List<Path> adapters = entries.filter(entry -> Files.exists(entry.resolve(AdapterWriter.PEFT_CONFIG)))
                    .sorted()
                    .toList();
            return adapters.isEmpty() ? "" : "; choose one of " + adapters;
        } catch (IOException e) {
            return ": " + e;
        }
    }

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
        if (!json.path("name").isTextual()) {
            throw new AdapterException("%s: not a configuration of AdapterHub's: it has no name".formatted(file));
        }
        JsonNode options;
        try {
            options = AdapterHubConfig.of(json);
        } catch (IllegalArgumentException e) {
            throw new AdapterException("%s: %s".formatted(file, e.getMessage()), e);
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

    static JsonNode read(Path file) {
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
        if (foreign.actsInEachLayer() && modules.refusal().isPresent()) {
            return modules.refusal();
        }
        try {
            return foreign.refusal(options, modules).map(reason -> kind + ": " + reason);
        } catch (PatternSyntaxException e) {
            throw new AdapterException(
                    "%s: '%s' is no pattern: %s".formatted(file, e.getPattern(), e.getDescription()), e);
        } catch (IllegalArgumentException e) {
            throw senseless(e);
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
            throw senseless(e);
        }
    }

    private AdapterException senseless(IllegalArgumentException e) {
        return new AdapterException("%s: %s".formatted(file, e.getMessage()), e);
    }
}
