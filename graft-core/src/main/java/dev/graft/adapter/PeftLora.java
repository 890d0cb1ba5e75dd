package dev.graft.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.graft.method.Dora;
import dev.graft.method.Lora;
import dev.graft.method.Lora.Bias;
import dev.graft.method.Method;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** PEFT's LoRA on any choice of projections and the word table, and its DoRA (formats.md 2.1.1). */
final class PeftLora implements ForeignMethod {
    private static final String WORDS = "embedding.word";

    private static final Options LORA = new Options(
            PeftMethods.free(
                    "r",
                    "lora_alpha",
                    "lora_dropout",
                    "rank_pattern",
                    "alpha_pattern",
                    "use_rslora",
                    "lora_bias",
                    "target_modules",
                    "layers_to_transform",
                    "layers_pattern",
                    "fan_in_fan_out",
                    "megatron_core",
                    "qalora_group_size"),
            PeftMethods.only(Map.of(
                    "bias", Set.of("none", "all", "lora_only"), "init_lora_weights", Set.of(true, false, "gaussian"))));

    private static final Options DORA = new Options(
            PeftMethods.free(
                    "r",
                    "lora_alpha",
                    "lora_dropout",
                    "use_dora",
                    "target_modules",
                    "layers_to_transform",
                    "layers_pattern",
                    "fan_in_fan_out",
                    "megatron_core",
                    "qalora_group_size"),
            PeftMethods.only(Map.of("bias", Set.of("none"), "init_lora_weights", Set.of(true, false, "gaussian"))));

    private static final List<String> ABSENT = List.of(
            "alora_invocation_tokens",
            "arrow_config",
            "corda_config",
            "eva_config",
            "kasa_config",
            "layer_replication",
            "layers_pattern",
            "layers_to_transform",
            "lora_ga_config",
            "megatron_config",
            "monteclora_config",
            "target_parameters",
            "trainable_token_indices",
            "use_bdlora",
            "velora_config");

    @Override
    public Optional<String> refusal(JsonNode config, ModuleNames modules) {
        return (isDora(config) ? DORA : LORA)
                .refusal(config)
                .or(() -> bias(config) != Bias.NONE && config.path("lora_bias").asBoolean()
                        ? Optional.of("lora_bias together with bias=" + config.path("bias") + " is not built yet")
                        : Optional.empty())
                .or(() -> new PeftTargets(config)
                        .refusal(places(config, modules).stream()
                                .map(modules::of)
                                .toList()));
    }

    private static boolean isDora(JsonNode config) {
        return config.path("use_dora").asBoolean();
    }

    private static Bias bias(JsonNode config) {
        return Bias.valueOf(config.path("bias").asText("none").toUpperCase(Locale.ROOT));
    }

    /** The paths of Graft's that can be chosen. */
    private static List<String> places(JsonNode config, ModuleNames modules) {
        List<String> places = new ArrayList<>(new PeftModules(modules).projections());
        if (!isDora(config)) {
            places.add(WORDS);
        }
        return places;
    }

    @Override
    public Method method(JsonNode config, ModuleNames modules) {
        PeftTargets targets = new PeftTargets(config);
        Predicate<String> chosen = place -> targets.hits(modules.of(place));
        int rank = config.path("r").asInt(8);
        double alpha = config.path("lora_alpha").asDouble(8);
        double dropout = config.path("lora_dropout").asDouble(0);
        List<String> places = new ArrayList<>(new PeftModules(modules).byRole(chosen));
        if (isDora(config)) {
            return new Dora(rank, alpha, places, List.of(), dropout);
        }
        if (chosen.test(WORDS)) {
            places.add(WORDS);
        }
        Map<String, JsonNode> ranks = pattern(config.path("rank_pattern"), chosen, config, modules);
        Map<String, JsonNode> alphas = pattern(config.path("alpha_pattern"), chosen, config, modules);
        return new Lora(
                rank,
                alpha,
                places,
                List.of(),
                dropout,
                values(ranks, JsonNode::asInt),
                values(alphas, JsonNode::asDouble),
                config.path("use_rslora").asBoolean(),
                config.path("lora_bias").asBoolean() ? Bias.OWN : bias(config));
    }

    /** What a pattern gives for the chosen places, by role or path; its first key that hits a place counts. */
    private static Map<String, JsonNode> pattern(
            JsonNode pattern, Predicate<String> chosen, JsonNode config, ModuleNames modules) {
        Map<String, JsonNode> byPlace = new LinkedHashMap<>();
        for (String place : places(config, modules)) {
            pattern.properties().stream()
                    .filter(entry -> chosen.test(place))
                    .filter(entry -> Pattern.matches("(.*\\.)?(" + entry.getKey() + ")", modules.of(place)))
                    .findFirst()
                    .ifPresent(entry -> byPlace.put(place, entry.getValue()));
        }
        Map<String, JsonNode> byRole = new LinkedHashMap<>();
        for (JsonNode value : new LinkedHashSet<>(byPlace.values())) {
            new PeftModules(modules)
                    .byRole(place -> value.equals(byPlace.get(place)))
                    .forEach(target -> byRole.put(target, value));
            if (value.equals(byPlace.get(WORDS))) {
                byRole.put(WORDS, value);
            }
        }
        return byRole;
    }

    private static <T> Map<String, T> values(Map<String, JsonNode> nodes, Function<JsonNode, T> value) {
        Map<String, T> values = new LinkedHashMap<>();
        nodes.forEach((target, node) -> values.put(target, value.apply(node)));
        return values;
    }

    /** Adds the keys of {@code adapter_config.json} for an adapter with these parameters, every one that PEFT 0.21 writes. */
    static void describe(ObjectNode json, Lora lora, List<String> parameters, PeftModules modules) {
        Map<String, String> places = modules.holding(parameters, ".lora.a", ".lora.table.a");
        describe(json, lora.rank(), lora.alpha(), lora.dropout(), modules.shortest(places.keySet()));
        boolean own = lora.bias() == Bias.OWN;
        json.put("bias", own ? "none" : lora.bias().name().toLowerCase(Locale.ROOT))
                .put("lora_bias", own)
                .put("use_dora", false)
                .put("use_rslora", lora.stabilised());
        ObjectNode ranks = json.putObject("rank_pattern");
        others(places, lora::rankAt, lora.rank()).forEach(ranks::put);
        ObjectNode alphas = json.putObject("alpha_pattern");
        others(places, lora::alphaAt, lora.alpha()).forEach((key, alpha) -> putNumber(alphas, key, alpha));
    }

    static void describe(ObjectNode json, Dora dora, List<String> parameters, PeftModules modules) {
        Map<String, String> places = modules.holding(parameters, ".dora.a");
        describe(json, dora.rank(), dora.alpha(), dora.dropout(), modules.shortest(places.keySet()));
        json.put("bias", "none").put("lora_bias", false).put("use_dora", true).put("use_rslora", false);
        json.putObject("rank_pattern");
        json.putObject("alpha_pattern");
    }

    private static void describe(ObjectNode json, int rank, double alpha, double dropout, Set<String> targets) {
        json.put("peft_type", "LORA").put("r", rank).put("lora_dropout", dropout);
        putNumber(json, "lora_alpha", alpha);
        targets.forEach(json.putArray("target_modules")::add);
        json.put("init_lora_weights", true)
                .put("fan_in_fan_out", false)
                .put("use_qalora", false)
                .put("qalora_group_size", 16)
                .put("ensure_weight_tying", false)
                .put("megatron_core", "megatron.core");
        json.putObject("loftq_config");
        ABSENT.forEach(json::putNull);
    }

    /** By the shortest names for them, the values of those modules that have another than the usual one. */
    private static <T> Map<String, T> others(Map<String, String> places, Function<String, T> valueAt, T usual) {
        Map<T, Set<String>> byValue = new LinkedHashMap<>();
        places.forEach((module, place) -> byValue.computeIfAbsent(valueAt.apply(place), v -> new TreeSet<>())
                .add(module));
        byValue.remove(usual);
        Map<String, T> others = new LinkedHashMap<>();
        byValue.forEach((value, modules) ->
                PeftModules.shortest(modules, places.keySet()).forEach(name -> others.put(name, value)));
        return others;
    }

    /** PEFT writes whole numbers without a fraction. */
    private static void putNumber(ObjectNode json, String key, double value) {
        if (value == Math.rint(value)) {
            json.put(key, (long) value);
        } else {
            json.put(key, value);
        }
    }
}
