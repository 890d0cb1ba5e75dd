package dev.graft.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import dev.graft.method.Compacter;
import dev.graft.method.CompacterPlusPlus;
import dev.graft.method.Method;
import dev.graft.method.NormPolicy;
import dev.graft.method.Phm;
import dev.graft.method.Reads;
import dev.graft.method.Sharing;
import dev.graft.model.Activation;
import dev.graft.model.Site.Sublayer.Block;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * AdapterHub's bottleneck with {@code phm_layer} (formats.md 2.2.3, 3.1): its {@code compacter} is ours with frozen norms, and
 * {@code original_ln_before} lets an adapter read what Pfeiffer's reads.
 */
final class AdapterHubPhm implements ForeignMethod {
    private static final Options OPTIONS = new Options(
            Set.of(
                    "mh_adapter",
                    "output_adapter",
                    "original_ln_before",
                    "reduction_factor",
                    "factorized_phm_W",
                    "phm_dim",
                    "phm_rank",
                    "shared_W_phm",
                    "shared_phm_rule",
                    // how it started and what trained
                    "hypercomplex_nonlinearity",
                    "init_weights",
                    "init_weights_seed",
                    "learn_phm",
                    "phm_c_init",
                    "phm_init_range"),
            Map.of(
                    "non_linearity", Set.of("relu", "gelu", "gelu_new", "swish", "silu", "tanh", "sigmoid", "linear"),
                    "original_ln_after", Set.of(true),
                    "phm_bias", Set.of(true),
                    "phm_layer", Set.of(true),
                    "residual_before_ln", Set.of(true),
                    "scaling", Set.of(1.0)));

    @Override
    public Optional<String> refusal(JsonNode config, ModuleNames modules) {
        return OPTIONS.refusal(config).or(() -> refusedTogether(config));
    }

    private static Optional<String> refusedTogether(JsonNode config) {
        JsonNode factor = config.path("reduction_factor");
        if (factor.isObject()) {
            return Optional.of("reduction_factor=" + factor + ", one for each layer, is not built yet");
        }
        if (!config.path("output_adapter").asBoolean()) {
            return Optional.of("output_adapter=false is not built yet");
        }
        if (!isFactorized(config) && config.path("shared_W_phm").asBoolean()) {
            return Optional.of("factorized_phm_W=false with shared_W_phm=true is not built yet");
        }
        return Optional.empty();
    }

    private static boolean isFactorized(JsonNode config) {
        return config.path("factorized_phm_W").asBoolean(true);
    }

    @Override
    public Method method(JsonNode config, ModuleNames modules) {
        double factor = config.path("reduction_factor").asDouble();
        if (!(factor > 0)) {
            throw new IllegalArgumentException(
                    "reduction_factor must be a positive number: " + config.path("reduction_factor"));
        }
        int bottleneck = Math.max(1, (int) (modules.backbone().architecture().hidden() / factor));
        int n = config.path("phm_dim").asInt(4);
        int rank = config.path("phm_rank").asInt(1);
        Activation activation = Activation.named(config.path("non_linearity").asText());
        Sharing rule = sharing(config.path("shared_phm_rule").asBoolean(true));
        Sharing factors = sharing(config.path("shared_W_phm").asBoolean());
        Reads reads = config.path("original_ln_before").asBoolean() ? Reads.FINISHED : Reads.OUTPUT;
        boolean attention = config.path("mh_adapter").asBoolean();
        if (!isFactorized(config)) {
            List<Block> sites = attention ? List.of(Block.ATTENTION, Block.FFN) : List.of(Block.FFN);
            return new Phm(bottleneck, n, activation, sites, reads, rule, null, NormPolicy.FROZEN);
        }
        if (attention) {
            return new Compacter(bottleneck, n, rank, activation, reads, rule, null, factors, NormPolicy.FROZEN);
        }
        return new CompacterPlusPlus(bottleneck, n, rank, activation, reads, rule, null, factors, NormPolicy.FROZEN);
    }

    private static Sharing sharing(boolean isShared) {
        return isShared ? Sharing.SHARED : Sharing.OWN;
    }
}
