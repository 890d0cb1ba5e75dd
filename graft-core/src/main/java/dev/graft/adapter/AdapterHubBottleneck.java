package dev.graft.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import dev.graft.method.Houlsby;
import dev.graft.method.Method;
import dev.graft.method.NormPolicy;
import dev.graft.model.Activation;
import dev.graft.model.Site.Sublayer.Block;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** AdapterHub's bottleneck as {@code double_seq_bn} places it: on the sub-layer's output, before the residual and the norm. */
final class AdapterHubBottleneck implements ForeignMethod {
    private static final Options OPTIONS = new Options(
            Set.of(
                    "mh_adapter",
                    "output_adapter",
                    "reduction_factor",
                    "init_weights",
                    "init_weights_seed",
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
                    "shared_phm_rule"),
            Map.of(
                    "non_linearity", Set.of("relu", "gelu", "gelu_new", "swish", "silu", "tanh", "sigmoid", "linear"),
                    "original_ln_after", Set.of(true),
                    "residual_before_ln", Set.of(true),
                    "scaling", Set.of(1.0)));

    @Override
    public Optional<String> refusal(JsonNode config, ModuleNames modules) {
        JsonNode factor = config.path("reduction_factor");
        return OPTIONS.refusal(config)
                .or(() -> factor.isObject()
                        ? Optional.of("reduction_factor=" + factor + ", one for each layer, is not built yet")
                        : Optional.empty());
    }

    @Override
    public Method method(JsonNode config, ModuleNames modules) {
        List<Block> sites = new ArrayList<>();
        if (config.path("mh_adapter").asBoolean()) {
            sites.add(Block.ATTENTION);
        }
        if (config.path("output_adapter").asBoolean()) {
            sites.add(Block.FFN);
        }
        double factor = config.path("reduction_factor").asDouble();
        if (!(factor > 0)) {
            throw new IllegalArgumentException(
                    "reduction_factor must be a positive number: " + config.path("reduction_factor"));
        }
        return new Houlsby(
                Math.max(1, (int) (modules.backbone().architecture().hidden() / factor)),
                Activation.named(config.path("non_linearity").asText()),
                sites,
                NormPolicy.FROZEN,
                Houlsby.DEFAULT.sigma());
    }
}
