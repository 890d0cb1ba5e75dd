package dev.graft.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import dev.graft.method.Ia3;
import dev.graft.method.Lora;
import dev.graft.method.Method;
import dev.graft.model.Architecture;
import dev.graft.model.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** AdapterHub's LoRA, and its (IA)^3, which is a LoRA of rank 1 without A that multiplies outputs (formats.md 2.2.4). */
final class AdapterHubLora implements ForeignMethod {
    private static final Options LORA = new Options(
            Set.of(
                    "architecture",
                    "alpha",
                    "attn_matrices",
                    "dropout",
                    "init_weights",
                    "init_weights_seed",
                    "intermediate_lora",
                    "leave_out",
                    "output_lora",
                    "r"),
            Map.of("composition_mode", Set.of("add"), "selfattn_lora", Set.of(true)));

    private static final Options IA3 = new Options(
            Set.of(
                    "architecture",
                    "attn_matrices",
                    "init_weights",
                    "init_weights_seed",
                    "intermediate_lora",
                    "leave_out",
                    "output_lora"),
            Map.of(
                    "alpha", Set.of(1.0),
                    "composition_mode", Set.of("scale"),
                    "r", Set.of(1.0),
                    "selfattn_lora", Set.of(true)));

    @Override
    public Optional<String> refusal(JsonNode config, ModuleNames modules) {
        return (multiplies(config) ? IA3 : LORA).refusal(config);
    }

    private static boolean multiplies(JsonNode config) {
        return config.path("composition_mode").asText().equals("scale");
    }

    @Override
    public Method method(JsonNode config, ModuleNames modules) {
        Architecture base = modules.backbone().architecture();
        List<Integer> kept = KeptLayers.of(config, base);
        List<Integer> layers = kept.size() == base.layers() ? List.of() : kept;
        return multiplies(config)
                ? new Ia3(within(layers, targets(config)), List.of())
                : new Lora(
                        config.path("r").asInt(),
                        config.path("alpha").asDouble(),
                        targets(config),
                        layers,
                        config.path("dropout").asDouble());
    }

    /** The paths of roles in these layers; the roles themselves where that is all of them. */
    private static List<String> within(List<Integer> layers, List<String> roles) {
        return layers.isEmpty()
                ? roles
                : layers.stream()
                        .flatMap(layer -> roles.stream().map(role -> "layer." + layer + "." + role))
                        .toList();
    }

    private static List<String> targets(JsonNode config) {
        List<String> targets = new ArrayList<>();
        for (JsonNode matrix : config.path("attn_matrices")) {
            targets.add(
                    switch (matrix.asText()) {
                        case "q" -> Role.QUERY.path();
                        case "k" -> Role.KEY.path();
                        case "v" -> Role.VALUE.path();
                        default -> throw new IllegalArgumentException("attn_matrices must be of q, k, v: " + matrix);
                    });
        }
        if (config.path("intermediate_lora").asBoolean()) {
            targets.add(Role.FFN_UP.path());
        }
        if (config.path("output_lora").asBoolean()) {
            targets.add(Role.FFN_DOWN.path());
        }
        return targets;
    }
}
