package dev.graft.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import dev.graft.method.Custom;
import dev.graft.method.Gated.Mean;
import dev.graft.method.Houlsby;
import dev.graft.method.Invertible;
import dev.graft.method.Method;
import dev.graft.method.Methods;
import dev.graft.method.NormPolicy;
import dev.graft.method.Normed.Side;
import dev.graft.method.Pfeiffer;
import dev.graft.method.Reads;
import dev.graft.method.Scale;
import dev.graft.method.ScaledParallel;
import dev.graft.model.Activation;
import dev.graft.model.Architecture;
import dev.graft.model.Site.Sublayer.Block;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * AdapterHub's bottlenecks (formats.md 3.1): {@code double_seq_bn} is Houlsby's with frozen norms, {@code seq_bn} Pfeiffer's,
 * which has the gates and norms of others as options, {@code par_bn} the scaled parallel one. With {@code inv_adapter} it is
 * the union with an invertible one. Where layers are left out or differ in width, it is changes from the four axes.
 */
final class AdapterHubBottleneck implements ForeignMethod {
    /** The id of the changes that stand for bottlenecks of different layers. */
    static final String CUSTOM = "adapter";

    private static final String FACTOR = "reduction_factor";
    private static final String COUPLING_FACTOR = "inv_adapter_reduction_factor";

    private static final Set<String> FREE = Set.of(
            "mh_adapter",
            "output_adapter",
            // no backbone has cross attention yet, and where none is no adapter stands behind it
            "cross_adapter",
            "leave_out",
            "reduction_factor",
            "inv_adapter_reduction_factor",
            "init_weights",
            "init_weights_seed",
            "is_parallel",
            // without phm_layer the other options of Compacter say nothing
            "factorized_phm_W",
            "factorized_phm_rule",
            "hypercomplex_nonlinearity",
            "learn_phm",
            "phm_bias",
            "phm_c_init",
            "phm_dim",
            "phm_init_range",
            "phm_rank",
            "shared_W_phm",
            "shared_phm_rule");

    private static final Map<String, Set<Object>> ONLY = Map.of(
            "non_linearity", Set.of("relu", "gelu", "gelu_new", "swish", "silu", "tanh", "sigmoid", "linear"),
            "inv_adapter", Set.of("nice", "null"),
            "original_ln_after", Set.of(true),
            "residual_before_ln", Set.of(true),
            "scaling", Set.of(1.0));

    @Override
    public Optional<String> refusal(JsonNode config, ModuleNames modules) {
        return options(config)
                .refusal(config)
                .or(() -> isLayerByLayer(config) && (isOn(config, "ln_before") || isOn(config, "ln_after"))
                        ? Optional.of("ln_before and ln_after with leave_out or a reduction_factor for each layer"
                                + " are not built yet")
                        : Optional.empty());
    }

    private static boolean isLayerByLayer(JsonNode config) {
        return !config.path("leave_out").isEmpty()
                || config.path("reduction_factor").isObject();
    }

    /** An option that says nothing beside the others is free. */
    private static Options options(JsonNode config) {
        Set<String> free = new HashSet<>(FREE);
        Map<String, Set<Object>> only = new HashMap<>(ONLY);
        if (isOn(config, "is_parallel")) {
            free.add("scaling");
        } else {
            free.addAll(List.of("original_ln_before", "ln_before", "use_gating"));
            if (!isOn(config, "use_gating")) {
                free.add("ln_after"); // AdapterHub's norm stands behind the gate, ours before it
            }
            if (!isOn(config, "original_ln_before")) {
                free.add("residual_before_ln");
            }
            if (!isOn(config, "ln_after")) {
                free.add("adapter_residual_before_ln");
            }
        }
        return new Options(free, only);
    }

    private static boolean isOn(JsonNode config, String option) {
        return config.path(option).asBoolean();
    }

    @Override
    public Method method(JsonNode config, ModuleNames modules) {
        Architecture base = modules.backbone().architecture();
        Activation activation = Activation.named(config.path("non_linearity").asText());
        List<Method> parts = new ArrayList<>();
        boolean hasCoupling = config.hasNonNull("inv_adapter");
        if (!hasCoupling || isOn(config, "mh_adapter") || isOn(config, "output_adapter")) {
            parts.addAll(
                    isLayerByLayer(config)
                            ? layerByLayer(config, activation, base)
                            : List.of(inAllLayers(config, activation, base)));
        }
        if (hasCoupling) {
            JsonNode factor = config.path(COUPLING_FACTOR);
            parts.add(new Invertible(width(COUPLING_FACTOR, factor, base.embedding() / 2), activation));
        }
        return Methods.union(parts);
    }

    private static Method inAllLayers(JsonNode config, Activation activation, Architecture base) {
        int bottleneck = width(FACTOR, config.path(FACTOR), base.hidden());
        return isOn(config, "is_parallel")
                ? parallel(config, bottleneck, activation)
                : sequential(config, bottleneck, activation);
    }

    /** One change from the four axes for the layers of each width. */
    private static List<Method> layerByLayer(JsonNode config, Activation activation, Architecture base) {
        SortedMap<Integer, List<Integer>> layersByWidth = new TreeMap<>();
        for (int layer : KeptLayers.of(config, base)) {
            int width = width(FACTOR, factorOf(layer, config.path(FACTOR)), base.hidden());
            layersByWidth.computeIfAbsent(width, w -> new ArrayList<>()).add(layer);
        }
        boolean isParallel = isOn(config, "is_parallel");
        Reads sequential = isOn(config, "original_ln_before") ? Reads.FINISHED : Reads.OUTPUT;
        List<Method> changes = new ArrayList<>();
        layersByWidth.forEach((width, layers) -> changes.add(new Custom(
                CUSTOM,
                sites(config, "attention", "ffn"),
                layers,
                Custom.Shape.BOTTLENECK,
                width,
                activation,
                isParallel ? Reads.INPUT : sequential,
                scale(config),
                isOn(config, "use_gating") ? Mean.LEGACY : null,
                Custom.Begin.NEAR)));
        return changes;
    }

    private static JsonNode factorOf(int layer, JsonNode factor) {
        if (!factor.isObject()) {
            return factor;
        }
        JsonNode own = factor.path(String.valueOf(layer));
        JsonNode chosen = own.isMissingNode() ? factor.path("default") : own;
        if (chosen.isMissingNode()) {
            throw new IllegalArgumentException(
                    "reduction_factor has neither a value for layer %d nor a default: %s".formatted(layer, factor));
        }
        return chosen;
    }

    private static int width(String option, JsonNode value, int size) {
        double factor = value.asDouble();
        if (!(factor > 0)) {
            throw new IllegalArgumentException("%s must be a positive number: %s".formatted(option, value));
        }
        return Math.max(1, (int) (size / factor));
    }

    private static Scale scale(JsonNode config) {
        return config.has("scaling") ? Scale.of(config.path("scaling")) : new Scale.Fixed(1);
    }

    private static Method parallel(JsonNode config, int bottleneck, Activation activation) {
        return new ScaledParallel(
                bottleneck,
                activation,
                sites(config, ScaledParallel.Place.ATTENTION, ScaledParallel.Place.FFN),
                scale(config),
                ScaledParallel.DEFAULT.start(),
                0);
    }

    private static Method sequential(JsonNode config, int bottleneck, Activation activation) {
        boolean readsTheNorm = isOn(config, "original_ln_before");
        boolean isGated = isOn(config, "use_gating");
        List<Side> norms = new ArrayList<>();
        if (isOn(config, "ln_before")) {
            norms.add(Side.BEFORE);
        }
        if (isOn(config, "ln_after")) {
            norms.add(Side.AFTER);
        }
        if (!readsTheNorm && !isGated && norms.isEmpty()) {
            return new Houlsby(
                    bottleneck,
                    activation,
                    sites(config, Block.ATTENTION, Block.FFN),
                    NormPolicy.FROZEN,
                    Houlsby.DEFAULT.sigma());
        }
        return new Pfeiffer(
                bottleneck,
                activation,
                sites(config, Pfeiffer.Place.ATTENTION, Pfeiffer.Place.FFN),
                readsTheNorm ? Reads.FINISHED : Reads.OUTPUT,
                norms,
                isGated ? Mean.LEGACY : null);
    }

    private static <P> List<P> sites(JsonNode config, P attention, P ffn) {
        List<P> sites = new ArrayList<>();
        if (isOn(config, "mh_adapter")) {
            sites.add(attention);
        }
        if (isOn(config, "output_adapter")) {
            sites.add(ffn);
        }
        return sites;
    }
}
