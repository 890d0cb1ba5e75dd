package dev.graft.conformance;

import dev.graft.model.Backbone;
import dev.graft.model.Pooling;
import java.util.List;

/** A DistilBERT of random weights. */
final class TinyDistilBert {
    private TinyDistilBert() {}

    /** Opens one in double precision; the caller closes it. */
    static Backbone open(Sizes sizes) {
        long d = sizes.hidden();
        try (TinyWeights weights = new TinyWeights(12)) {
            weights.table("embeddings.word_embeddings", sizes.vocabulary(), d)
                    .table("embeddings.position_embeddings", sizes.positions(), d)
                    .norm("embeddings.LayerNorm", d);
            for (int i = 0; i < sizes.layers(); i++) {
                String layer = "transformer.layer." + i + ".";
                for (String role : List.of("q_lin", "k_lin", "v_lin", "out_lin")) {
                    weights.linear(layer + "attention." + role, d, d);
                }
                weights.norm(layer + "sa_layer_norm", d)
                        .linear(layer + "ffn.lin1", sizes.ffn(), d)
                        .linear(layer + "ffn.lin2", d, sizes.ffn())
                        .norm(layer + "output_layer_norm", d);
            }
            return weights.open(
                    """
                    {"model_type": "distilbert", "n_layers": %d, "dim": %d, "n_heads": %d, "hidden_dim": %d, "vocab_size": %d,
                     "max_position_embeddings": %d, "activation": "gelu"}
                    """.formatted(
                                    sizes.layers(),
                                    sizes.hidden(),
                                    sizes.heads(),
                                    sizes.ffn(),
                                    sizes.vocabulary(),
                                    sizes.positions()),
                    Pooling.CLS);
        }
    }
}
