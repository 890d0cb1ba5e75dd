package dev.graft.conformance;

import dev.graft.model.Backbone;
import dev.graft.model.Pooling;
import java.util.List;

/** An ALBERT of random weights, whose embeddings are half as wide as its layers, and whose layers share all their tensors. */
final class TinyAlbert {
    private TinyAlbert() {}

    /** Opens one in double precision; the caller closes it. */
    static Backbone open(Sizes sizes) {
        return open(sizes, sizes.layers(), 1, 1);
    }

    /** Opens one whose {@code repetitions} of groups of {@code inner} layers give as many layers as the sizes have. */
    static Backbone open(Sizes sizes, int repetitions, int groups, int inner) {
        long d = sizes.hidden();
        int width = sizes.hidden() / 2;
        try (TinyWeights weights = new TinyWeights(14)) {
            TinyBert.embedding(weights, sizes, width, sizes.positions());
            weights.linear("encoder.embedding_hidden_mapping_in", d, width);
            for (int i = 0; i < groups * inner; i++) {
                String layer = "encoder.albert_layer_groups.%d.albert_layers.%d.".formatted(i / inner, i % inner);
                for (String role : List.of("query", "key", "value", "dense")) {
                    weights.linear(layer + "attention." + role, d, d);
                }
                weights.norm(layer + "attention.LayerNorm", d)
                        .linear(layer + "ffn", sizes.ffn(), d)
                        .linear(layer + "ffn_output", d, sizes.ffn())
                        .norm(layer + "full_layer_layer_norm", d);
            }
            weights.linear("pooler", d, d);
            Sizes repeated = new Sizes(
                    repetitions,
                    sizes.hidden(),
                    sizes.heads(),
                    sizes.ffn(),
                    sizes.vocabulary(),
                    sizes.positions(),
                    sizes.types(),
                    true);
            String more = ", \"embedding_size\": %d, \"num_hidden_groups\": %d, \"inner_group_num\": %d"
                    .formatted(width, groups, inner);
            return weights.open(TinyBert.config("albert", repeated, sizes.positions(), more), Pooling.POOLER);
        }
    }
}
