package dev.graft.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import dev.graft.method.Gated.Mean;
import dev.graft.method.Houlsby;
import dev.graft.method.Invertible;
import dev.graft.method.Method;
import dev.graft.method.NormPolicy;
import dev.graft.method.Normed.Side;
import dev.graft.method.Pfeiffer;
import dev.graft.method.Reads;
import dev.graft.method.Scale;
import dev.graft.method.ScaledParallel;
import dev.graft.method.Union;
import dev.graft.model.Activation;
import dev.graft.model.Site.Sublayer.Block;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * AdapterHub's bottlenecks (formats.md 3.1): {@code double_seq_bn} is Houlsby's with frozen norms, {@code seq_bn} Pfeiffer's,
 * which has the gates and norms of others as options, {@code par_bn} the scaled parallel one. With {@code inv_adapter} it is
 * the union with an invertible one.
 */
final class AdapterHubBottleneck implements ForeignMethod {
    private static final Set<String> FREE = Set.of(
            "mh_adapter",
            "output_adapter",
            // no backbone has cross attention yet, and where none is no adapter stands behind it
            "cross_adapter",
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
        JsonNode factor = config.path("reduction_factor");
        return options(config)
                .refusal(config)
                .or(() -> factor.isObject()
                        ? Optional.of("reduction_factor=" + factor + ", one for each layer, is not built yet")
                        : Optional.empty());
    }

    /** An option that says nothing beside the others is free. */
    private static Options options(JsonNode config) {
        Set<String> free = new HashSet<>(FREE);
        Map<String, Set<Object>> only = new HashMap<>(ONLY);
        if (isOn(config, "is_parallel")) {
            free.add("scaling");
        } else {
            free.addAll(List.of("original_ln_before", "ln_before", "ln_after", "use_gating"));
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
        int hidden = modules.backbone().architecture().hidden();
        int bottleneck = width(config, "reduction_factor", hidden);
        Activation activation = Activation.named(config.path("non_linearity").asText());
        Method method = isOn(config, "is_parallel")
                ? parallel(config, bottleneck, activation)
                : sequential(config, bottleneck, activation);
        if (!config.hasNonNull("inv_adapter")) {
            return method;
        }
        int embedding = modules.backbone().architecture().embedding();
        int inner = width(config, "inv_adapter_reduction_factor", embedding / 2);
        return new Union(List.of(method, new Invertible(inner, activation)));
    }

    private static int width(JsonNode config, String option, int size) {
        double factor = config.path(option).asDouble();
        if (!(factor > 0)) {
            throw new IllegalArgumentException(
                    "%s must be a positive number: %s".formatted(option, config.path(option)));
        }
        return Math.max(1, (int) (size / factor));
    }

    private static Method parallel(JsonNode config, int bottleneck, Activation activation) {
        return new ScaledParallel(
                bottleneck,
                activation,
                sites(config, ScaledParallel.Place.ATTENTION, ScaledParallel.Place.FFN),
                config.has("scaling") ? Scale.of(config.path("scaling")) : new Scale.Fixed(1),
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
