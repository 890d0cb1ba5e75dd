package dev.graft.adapter;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.ValueNode;
import dev.graft.method.Compacter;
import dev.graft.method.CompacterPlusPlus;
import dev.graft.method.Custom;
import dev.graft.method.Houlsby;
import dev.graft.method.Ia3;
import dev.graft.method.Invertible;
import dev.graft.method.Lora;
import dev.graft.method.Mam;
import dev.graft.method.MamLora;
import dev.graft.method.Method;
import dev.graft.method.Parallel;
import dev.graft.method.Pfeiffer;
import dev.graft.method.Phm;
import dev.graft.method.Prefix;
import dev.graft.method.Prompt;
import dev.graft.method.Reads;
import dev.graft.method.Scale;
import dev.graft.method.ScaledParallel;
import dev.graft.method.Sharing;
import dev.graft.method.UniPelt;
import dev.graft.model.Activation;
import dev.graft.model.Architecture;
import dev.graft.model.Role;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One method in AdapterHub's words (formats.md 3.1, 3.2): the configuration of the library's method that is nearest to it. What
 * is not equal is found when it is read back, {@link AdapterExport}.
 *
 * @param method the method, which is no union
 * @param shapes of its parameters, by name
 * @param base what it acts on
 */
record AdapterHubPart(Method method, Map<String, long[]> shapes, Architecture base) {
    private static final Pattern WIDTH = Pattern.compile(
            "layer\\.(\\d+)\\.(attention|ffn)\\.((norm_before\\.)?bottleneck\\.down\\.weight|adapter\\.down\\.weight|phm\\.down\\.bias)");

    /** Its configurations, without those that the library itself cannot load; more than one where the library makes the method by a union; empty where it has none. */
    List<ObjectNode> configs() {
        List<ObjectNode> configs = nearest();
        // AdapterHub makes shared factors by the factor as it is, so that it must be a whole number.
        return configs.stream()
                        .anyMatch(config -> config.path("shared_W_phm").asBoolean()
                                && !config.path("reduction_factor").isIntegralNumber())
                ? List.of()
                : configs;
    }

    private List<ObjectNode> nearest() {
        return switch (method) {
            case Lora lora ->
                List.of(lora(lora.rank(), lora.alpha() * (lora.stabilised() ? Math.sqrt(lora.rank()) : 1))
                        .put("dropout", lora.dropout()));
            case Ia3 ia3 -> List.of(ia3());
            case Houlsby houlsby -> List.of(bottleneck(houlsby.activation()));
            case Pfeiffer pfeiffer -> List.of(pfeiffer(pfeiffer));
            case Parallel parallel -> List.of(parallel(parallel.activation(), new Scale.Fixed(1)));
            case ScaledParallel parallel -> List.of(parallel(parallel.activation(), parallel.scale()));
            case Phm phm ->
                List.of(phm(phm.activation(), phm.n(), phm.reads(), phm.rule()).put("factorized_phm_W", false));
            case Compacter compacter ->
                List.of(phm(compacter.activation(), compacter.n(), compacter.reads(), compacter.rule())
                        .put("phm_rank", compacter.rank())
                        .put("shared_W_phm", compacter.factors() == Sharing.SHARED));
            case CompacterPlusPlus compacter ->
                List.of(phm(compacter.activation(), compacter.n(), compacter.reads(), compacter.rule())
                        .put("phm_rank", compacter.rank())
                        .put("shared_W_phm", compacter.factors() == Sharing.SHARED));
            case Custom custom -> List.of(custom(custom));
            case Invertible invertible -> List.of(withInvertible(bottleneck(invertible.activation()), shapes, base));
            case Prefix prefix -> List.of(prefix(prefix.length()).put("dropout", prefix.dropout()));
            case Prompt prompt ->
                List.of(AdapterHubConfig.defaults("prompt_tuning")
                        .put("prompt_length", prompt.length())
                        .put("combine", prompt.place() == Prompt.Place.BEFORE_CLS ? "prefix" : "prefix_after_bos"));
            case Mam mam -> List.of(prefix(mam.length()), parallel(Activation.RELU, new Scale.Fixed(mam.scale())));
            case MamLora mam ->
                List.of(lora(mam.rank(), mam.alpha()), parallel(Activation.RELU, new Scale.Fixed(mam.scale())));
            case UniPelt uniPelt ->
                uniPelt.parts().stream().map(part -> gated(part, uniPelt)).toList();
            default -> List.of();
        };
    }

    private ObjectNode gated(UniPelt.Part part, UniPelt method) {
        ObjectNode json = switch (part) {
            case ADAPTER -> bottleneck(Activation.RELU).put("original_ln_before", true);
            case PREFIX -> prefix((int) size(".prefix.key"));
            case LORA -> lora((int) size(".lora.a"), size(".lora.a"));
        };
        return json.put("use_gating", method.gates() != UniPelt.Gates.NONE);
    }

    /** The first dimension of a parameter, of the first layer's. */
    private long size(String ending) {
        return shapes.entrySet().stream()
                .filter(parameter -> parameter.getKey().endsWith(ending))
                .mapToLong(parameter -> parameter.getValue()[0])
                .findFirst()
                .orElseThrow();
    }

    private static ObjectNode prefix(int length) {
        return AdapterHubConfig.defaults("prefix_tuning").put("flat", true).put("prefix_length", length);
    }

    private ObjectNode lora(long rank, double alpha) {
        return projections(".lora.a").put("r", rank).put("alpha", alpha);
    }

    private ObjectNode ia3() {
        return projections(".ia3.output")
                .put("r", 1)
                .put("alpha", 1.0)
                .put("composition_mode", "scale")
                .put("init_weights", "ia3");
    }

    private ObjectNode projections(String ending) {
        ObjectNode json = AdapterHubConfig.defaults("lora");
        ArrayNode matrices = json.putArray("attn_matrices");
        Map.of(Role.QUERY, "q", Role.KEY, "k", Role.VALUE, "v").forEach((role, letter) -> {
            if (has(role.path() + ending)) {
                matrices.add(letter);
            }
        });
        leaveOut(
                json,
                shapes.keySet().stream()
                        .filter(name -> name.endsWith(ending))
                        .flatMap(name -> Pattern.compile("^layer\\.(\\d+)\\.")
                                .matcher(name)
                                .results())
                        .map(layer -> Integer.valueOf(layer.group(1)))
                        .toList());
        return json.put("intermediate_lora", has(Role.FFN_UP.path() + ending))
                .put("output_lora", has(Role.FFN_DOWN.path() + ending));
    }

    private boolean has(String ending) {
        return shapes.keySet().stream().anyMatch(name -> name.endsWith("." + ending));
    }

    private void leaveOut(ObjectNode json, List<Integer> kept) {
        ArrayNode left = json.putArray("leave_out");
        IntStream.range(0, base.layers()).filter(layer -> !kept.contains(layer)).forEach(left::add);
    }

    private ObjectNode pfeiffer(Pfeiffer pfeiffer) {
        ObjectNode json = bottleneck(pfeiffer.activation());
        pfeiffer.norms().forEach(norm -> json.put("ln_" + norm.name().toLowerCase(Locale.ROOT), true));
        return json.put("original_ln_before", pfeiffer.reads() == Reads.FINISHED)
                .put("use_gating", pfeiffer.gate() != null);
    }

    private ObjectNode parallel(Activation activation, Scale scale) {
        ObjectNode json = bottleneck(activation).put("is_parallel", true);
        json.set("scaling", AdapterCard.JSON.valueToTree(scale));
        return json;
    }

    private ObjectNode custom(Custom change) {
        Activation activation = change.activation() == null ? Activation.RELU : change.activation();
        ObjectNode json = parallel(activation, change.scale())
                .put("is_parallel", change.reads() == Reads.INPUT)
                .put("use_gating", change.gate() != null);
        return change.reads() == Reads.INPUT ? json : json.put("original_ln_before", change.reads() == Reads.FINISHED);
    }

    private ObjectNode phm(Activation activation, int n, Reads reads, Sharing rule) {
        return bottleneck(activation)
                .put("phm_layer", true)
                .put("phm_dim", n)
                .put("original_ln_before", reads == Reads.FINISHED)
                .put("shared_phm_rule", rule == Sharing.SHARED);
    }

    /** A bottleneck where this method has one; without any it is the frame of an invertible adapter. */
    private ObjectNode bottleneck(Activation activation) {
        boolean attention = false;
        boolean ffn = false;
        SortedMap<Integer, Long> widths = new TreeMap<>();
        for (Map.Entry<String, long[]> parameter : shapes.entrySet()) {
            Matcher down = WIDTH.matcher(parameter.getKey());
            if (down.matches()) {
                attention |= down.group(2).equals("attention");
                ffn |= down.group(2).equals("ffn");
                widths.put(Integer.valueOf(down.group(1)), parameter.getValue()[0]);
            }
        }
        ObjectNode json = AdapterHubConfig.defaults("bottleneck")
                .put("mh_adapter", attention)
                .put("output_adapter", ffn)
                .put("non_linearity", named(activation));
        if (!widths.isEmpty()) {
            leaveOut(json, List.copyOf(widths.keySet()));
        }
        SortedSet<Long> different = new TreeSet<>(widths.values());
        if (different.size() > 1) {
            ObjectNode factors = json.putObject("reduction_factor");
            widths.forEach((layer, width) -> factors.set(String.valueOf(layer), factor(base.hidden(), width)));
        } else {
            json.set(
                    "reduction_factor",
                    factor(base.hidden(), different.isEmpty() ? (long) base.hidden() : (long) different.first()));
        }
        return json;
    }

    /** AdapterHub takes the whole part of size / factor, which half a step keeps clear of rounding. */
    private static ValueNode factor(int size, long width) {
        return size % width == 0 ? LongNode.valueOf(size / width) : DoubleNode.valueOf(size / (width + 0.5));
    }

    /** The same configuration with an invertible adapter, which has the activation of the others. */
    static ObjectNode withInvertible(ObjectNode json, Map<String, long[]> shapes, Architecture base) {
        long width = Optional.ofNullable(shapes.get("embedding.output.invertible.f.down.weight"))
                .orElseThrow()[0];
        json.put("inv_adapter", "nice").set("inv_adapter_reduction_factor", factor(base.embedding() / 2, width));
        return json;
    }

    static @Nullable String named(@Nullable Activation activation) {
        return activation == null ? null : activation.name().toLowerCase(Locale.ROOT);
    }
}
