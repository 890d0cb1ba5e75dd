package dev.graft.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.graft.method.Ia3;
import dev.graft.method.Method;
import dev.graft.model.Role;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;

/** PEFT's (IA)^3 (formats.md 2.1.5): a module of {@code feedforward_modules} has its input multiplied, any other its output. */
final class PeftIa3 implements ForeignMethod {
    private static final Options OPTIONS = new Options(
            PeftMethods.free("target_modules", "feedforward_modules", "fan_in_fan_out", "init_ia3_weights"),
            PeftMethods.only(Map.of()));

    @Override
    public Optional<String> refusal(JsonNode config, ModuleNames modules) {
        PeftTargets targets = new PeftTargets(config);
        List<String> projections =
                new PeftModules(modules).projections().stream().map(modules::of).toList();
        return OPTIONS.refusal(config)
                .or(() -> targets.refusal(projections))
                .or(() -> new PeftModules(modules)
                        .projections().stream()
                                .filter(site -> isInput(config, modules.of(site)) && !canBeInput(site))
                                .findFirst()
                                .map(site -> "multiplying the input of " + modules.of(site) + " is not built yet"));
    }

    private static boolean canBeInput(String site) {
        return site.endsWith(Role.ATTENTION_OUT.path()) || site.endsWith(Role.FFN_DOWN.path());
    }

    @Override
    public Method method(JsonNode config, ModuleNames modules) {
        PeftModules places = new PeftModules(modules);
        PeftTargets targets = new PeftTargets(config);
        return new Ia3(
                places.byRole(site -> targets.hits(modules.of(site)) && !isInput(config, modules.of(site))),
                places.byRole(site -> isInput(config, modules.of(site))));
    }

    private static boolean isInput(JsonNode config, String module) {
        JsonNode entries = config.path("feedforward_modules");
        boolean isFeedForward = entries.isTextual()
                ? Pattern.matches(entries.asText(), module)
                // PEFT compares the ends of letters here, not of words
                : StreamSupport.stream(entries.spliterator(), false).anyMatch(entry -> module.endsWith(entry.asText()));
        return isFeedForward && new PeftTargets(config).hits(module);
    }

    /** Adds the keys of {@code adapter_config.json} for an adapter with these parameters. */
    static void describe(ObjectNode json, List<String> parameters, PeftModules modules) {
        Set<String> inputs = modules.holding(parameters, ".ia3.input").keySet();
        Set<String> targets =
                modules.holding(parameters, ".ia3.output", ".ia3.input").keySet();
        json.put("peft_type", "IA3").put("fan_in_fan_out", false).put("init_ia3_weights", true);
        modules.shortest(targets).forEach(json.putArray("target_modules")::add);
        modules.shortest(inputs).forEach(json.putArray("feedforward_modules")::add);
    }
}
