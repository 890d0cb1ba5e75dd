package dev.graft.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import dev.graft.method.Lora;
import dev.graft.method.Method;
import dev.graft.model.Architecture;
import dev.graft.model.Role;
import dev.graft.model.Site;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** PEFT's LoRA in its plain form, on any choice of projections. */
final class PeftLora implements ForeignMethod {
    private static final Options OPTIONS = new Options(
            PeftMethods.free(
                    "r",
                    "lora_alpha",
                    "lora_dropout",
                    "target_modules",
                    "layers_to_transform",
                    "layers_pattern",
                    "fan_in_fan_out",
                    "megatron_core",
                    "qalora_group_size"),
            PeftMethods.only(Map.of("bias", Set.of("none"), "init_lora_weights", Set.of(true, false, "gaussian"))));

    @Override
    public Optional<String> refusal(JsonNode config, ModuleNames modules) {
        return OPTIONS.refusal(config).or(() -> new PeftTargets(config).refusal(projections(modules)));
    }

    private static List<String> projections(ModuleNames modules) {
        Architecture base = modules.backbone().architecture();
        return Arrays.stream(Role.values())
                .flatMap(role -> base.linears(role).stream())
                .map(site -> modules.of(site.path()))
                .toList();
    }

    @Override
    public Method method(JsonNode config, ModuleNames modules) {
        PeftTargets targets = new PeftTargets(config);
        List<String> chosen = new ArrayList<>();
        for (Role role : Role.values()) {
            List<Site.Linear> sites = modules.backbone().architecture().linears(role);
            List<String> hits = sites.stream()
                    .map(Site.Linear::path)
                    .filter(site -> targets.hits(modules.of(site)))
                    .toList();
            chosen.addAll(!hits.isEmpty() && hits.size() == sites.size() ? List.of(role.path()) : hits);
        }
        return new Lora(
                config.path("r").asInt(8),
                config.path("lora_alpha").asDouble(8),
                chosen,
                List.of(),
                config.path("lora_dropout").asDouble(0));
    }
}
