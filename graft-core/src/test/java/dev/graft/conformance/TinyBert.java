package dev.graft.conformance;

import dev.graft.model.Backbone;
import dev.graft.model.Pooling;
import java.util.List;

/** A BERT of random weights. */
final class TinyBert {
    private TinyBert() {}

    /** Opens one in double precision; the caller closes it. */
    static Backbone open(Sizes sizes) {
        return open(sizes, 7, sizes.hasPooler() ? Pooling.POOLER : Pooling.MEAN);
    }

    /** Opens the one that a seed gives, for a pooling. */
    static Backbone open(Sizes sizes, long seed, Pooling pooling) {
        try (TinyWeights weights = new TinyWeights(seed)) {
            embedding(weights, sizes, sizes.hidden(), sizes.positions());
            layers(weights, sizes);
            if (sizes.hasPooler()) {
                weights.linear("pooler.dense", sizes.hidden(), sizes.hidden());
            }
            return weights.open(config("bert", sizes, sizes.positions(), ""), pooling);
        }
    }

    /** Opens one with its masked-LM head in double precision; the caller closes it. */
    static Backbone openWithMaskedLm(Sizes sizes) {
        try (TinyWeights weights = new TinyWeights(7)) {
            embedding(weights, sizes, sizes.hidden(), sizes.positions());
            layers(weights, sizes);
            weights.linear("cls.predictions.transform.dense", sizes.hidden(), sizes.hidden())
                    .norm("cls.predictions.transform.LayerNorm", sizes.hidden())
                    .normal("cls.predictions.bias", sizes.vocabulary());
            return weights.open(config("bert", sizes, sizes.positions(), ""), Pooling.MASK);
        }
    }

    /** The configuration of BERT, whose keys other families have too. */
    static String config(String family, Sizes sizes, int positions, String more) {
        return """
                {"model_type": "%s", "num_hidden_layers": %d, "hidden_size": %d, "num_attention_heads": %d,
                 "intermediate_size": %d, "vocab_size": %d, "max_position_embeddings": %d, "type_vocab_size": %d,
                 "hidden_act": "gelu", "layer_norm_eps": 1e-12%s}
                """.formatted(
                        family,
                        sizes.layers(),
                        sizes.hidden(),
                        sizes.heads(),
                        sizes.ffn(),
                        sizes.vocabulary(),
                        positions,
                        sizes.types(),
                        more);
    }

    /** BERT's embedding block, so wide. */
    static void embedding(TinyWeights weights, Sizes sizes, int width, int positions) {
        weights.table("embeddings.word_embeddings", sizes.vocabulary(), width)
                .table("embeddings.position_embeddings", positions, width)
                .table("embeddings.token_type_embeddings", sizes.types(), width)
                .norm("embeddings.LayerNorm", width);
    }

    /** BERT's layers. */
    static void layers(TinyWeights weights, Sizes sizes) {
        long d = sizes.hidden();
        for (int i = 0; i < sizes.layers(); i++) {
            String layer = "encoder.layer." + i + ".";
            for (String role : List.of("self.query", "self.key", "self.value", "output.dense")) {
                weights.linear(layer + "attention." + role, d, d);
            }
            weights.norm(layer + "attention.output.LayerNorm", d)
                    .linear(layer + "intermediate.dense", sizes.ffn(), d)
                    .linear(layer + "output.dense", d, sizes.ffn())
                    .norm(layer + "output.LayerNorm", d);
        }
    }
}
