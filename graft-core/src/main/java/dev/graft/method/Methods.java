package dev.graft.method;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The methods by name, and their configurations as text and JSON. */
public final class Methods {
    private static final List<Method> DEFAULTS = List.of(
            Houlsby.DEFAULT,
            Pfeiffer.DEFAULT,
            Parallel.DEFAULT,
            ScaledParallel.DEFAULT,
            Invertible.DEFAULT,
            Phm.DEFAULT,
            Compacter.DEFAULT,
            CompacterPlusPlus.DEFAULT,
            LowRankAdapter.DEFAULT,
            Lora.DEFAULT,
            Dora.DEFAULT,
            MultiHeadParallel.DEFAULT,
            Prefix.DEFAULT,
            LlamaAdapter.DEFAULT,
            Mam.DEFAULT,
            MamLora.DEFAULT,
            UniPelt.DEFAULT,
            Prompt.DEFAULT,
            PTuning.DEFAULT,
            Ia3.DEFAULT,
            LayerNorm.DEFAULT,
            BitFit.DEFAULT,
            TopK.DEFAULT,
            Full.DEFAULT,
            HeadOnly.DEFAULT,
            Custom.DEFAULT);

    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
            .enable(
                    DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS,
                    DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .withCoercionConfigDefaults(
                    coercion -> coercion.setCoercion(CoercionInputShape.EmptyString, CoercionAction.Fail))
            .addModule(new SimpleModule().addSerializer(new SmallLetters()))
            .build();

    /** Writes enum constants as the command line takes them. */
    private static final class SmallLetters extends StdSerializer<Enum<?>> {
        private static final long serialVersionUID = 1;

        SmallLetters() {
            super(Enum.class, false);
        }

        @Override
        public void serialize(Enum<?> value, JsonGenerator json, SerializerProvider provider) throws IOException {
            json.writeString(value.name().toLowerCase(Locale.ROOT));
        }
    }

    private static final String PARTS = "methods";

    private Methods() {}

    /** Every method with its default configuration. */
    public static List<Method> all() {
        return DEFAULTS;
    }

    /**
     * The default configuration of a method.
     *
     * @throws IllegalArgumentException for a name that is none, listing those that are
     */
    public static Method named(String name) {
        return DEFAULTS.stream()
                .filter(method -> method.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no method '%s'; the methods are %s"
                        .formatted(
                                name,
                                String.join(
                                        ", ",
                                        DEFAULTS.stream().map(Method::name).toList()))));
    }

    /**
     * Parses {@code NAME[:option=value,...]}; several values of one option are joined by {@code +},
     * and those that differ by target are written {@code target:value}.
     *
     * @throws IllegalArgumentException for an unknown name or option, or a value that does not fit
     */
    public static Method parse(String text) {
        int colon = text.indexOf(':');
        Method method = named(colon < 0 ? text : text.substring(0, colon));
        if (colon < 0) {
            return method;
        }
        ObjectNode options = toJson(method);
        Set<String> given = new HashSet<>();
        for (String option : text.substring(colon + 1).split(",", -1)) {
            int equals = option.indexOf('=');
            if (equals < 0) {
                throw new IllegalArgumentException(
                        "method options are written option=value: '%s'; a value with a comma goes into a file, --method FILE.json"
                                .formatted(option));
            }
            String name = option.substring(0, equals).strip();
            if (!given.add(name)) {
                throw new IllegalArgumentException(
                        "%s has %s twice; several values of one option are joined by +".formatted(method.name(), name));
            }
            set(options, method, name, option.substring(equals + 1).strip());
        }
        return fromJson(options);
    }

    /**
     * Parses what a user gives: {@code NAME[:option=value,...]}, or a file of JSON in {@link #toJson}'s form.
     *
     * @throws IllegalArgumentException as {@link #parse} and {@link #fromJson} do, and for a file that cannot be read
     */
    public static Method read(String textOrFile) {
        if (!textOrFile.endsWith(".json")) {
            return parse(textOrFile);
        }
        try {
            return fromJson(JSON.readTree(Files.readString(Path.of(textOrFile))));
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException(
                    textOrFile + ": not a readable file of a method: there is no such file", e);
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "%s: not a readable file of a method: %s".formatted(textOrFile, e.getMessage()), e);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(textOrFile + ": " + e.getMessage(), e);
        }
    }

    /** One method as it is, several as their union. */
    public static Method union(List<Method> methods) {
        return methods.size() == 1 ? methods.getFirst() : new Union(methods);
    }

    private static void set(ObjectNode options, Method method, String option, String value) {
        if (!options.has(option) || option.equals("method")) {
            throw unknownOption(method, option);
        }
        if (options.get(option).isArray()) {
            ArrayNode values = options.putArray(option);
            if (!value.isEmpty()) { // nothing behind the = is the empty list
                List.of(value.split("\\+")).forEach(values::add);
            }
        } else if (options.get(option).isObject()) {
            ObjectNode values = options.putObject(option);
            for (String part : value.split("\\+")) {
                int colon = part.lastIndexOf(':');
                if (colon < 0) {
                    throw new IllegalArgumentException(
                            "%s is written %s=target:value, several joined by +: '%s'".formatted(option, option, part));
                }
                values.put(
                        part.substring(0, colon).strip(),
                        part.substring(colon + 1).strip());
            }
        } else {
            options.put(option, value);
        }
    }

    private static IllegalArgumentException unknownOption(Method method, String option) {
        List<String> known = new ArrayList<>();
        toJson(method).fieldNames().forEachRemaining(known::add);
        known.remove("method");
        return new IllegalArgumentException("%s has no option '%s'; %s"
                .formatted(
                        method.name(), option, known.isEmpty() ? "it has none" : "it has " + String.join(", ", known)));
    }

    /**
     * The configuration as {@code {"method": name, option: value, ...}}; a union as {@code {"method": "union", "methods": [...]}}.
     */
    public static ObjectNode toJson(Method method) {
        if (method instanceof Union union) {
            ObjectNode json = JSON.createObjectNode().put("method", Union.NAME);
            ArrayNode parts = json.putArray(PARTS);
            union.methods().forEach(part -> parts.add(toJson(part)));
            return json;
        }
        ObjectNode json = JSON.createObjectNode().put("method", method.name());
        ObjectNode options = JSON.valueToTree(method);
        json.setAll(options);
        return json;
    }

    /**
     * Reads {@link #toJson}'s form; options that are missing take their defaults. A list of methods is their union.
     *
     * @throws IllegalArgumentException for an unknown name or option, or a value that does not fit
     */
    public static Method fromJson(JsonNode json) {
        if (json.isArray()) {
            List<Method> parts = new ArrayList<>();
            json.forEach(part -> parts.add(fromJson(part)));
            return union(parts);
        }
        if (json.path("method").asText().equals(Union.NAME)) {
            return fromJson(json.path(PARTS));
        }
        if (!json.isObject()) {
            throw new IllegalArgumentException(
                    "a method is written {\"method\": NAME, option: value, ...}, several as a list of such: " + json);
        }
        Method method = named(json.path("method").asText());
        ObjectNode options = toJson(method);
        json.fieldNames().forEachRemaining(option -> {
            if (!options.has(option)) {
                throw unknownOption(method, option);
            }
            options.set(option, json.get(option));
        });
        options.remove("method");
        try {
            return JSON.treeToValue(options, method.getClass());
        } catch (JsonProcessingException e) {
            Throwable cause = e.getCause() instanceof IllegalArgumentException ? e.getCause() : e;
            throw new IllegalArgumentException(
                    "%s: %s"
                            .formatted(
                                    method.name(),
                                    String.valueOf(cause.getMessage())
                                            .lines()
                                            .findFirst()
                                            .orElse("")),
                    e);
        }
    }
}
