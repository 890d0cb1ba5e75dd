package dev.graft.conformance;

import dev.graft.model.Backbone;
import dev.graft.model.Pooling;

/** An ELECTRA of random weights, whose embeddings are half as wide as its layers. */
final class TinyElectra {
    private TinyElectra() {}

    /** Opens one in double precision; the caller closes it. */
    static Backbone open(Sizes sizes) {
        return open(sizes, Pooling.CLS);
    }

    /** Opens one with its masked-LM head in double precision; the caller closes it. */
    static Backbone openWithMaskedLm(Sizes sizes) {
        return open(sizes, Pooling.MASK);
    }

    private static Backbone open(Sizes sizes, Pooling pooling) {
        int width = sizes.hidden() / 2;
        try (TinyWeights weights = new TinyWeights(13)) {
            TinyBert.embedding(weights, sizes, width, sizes.positions());
            weights.linear("embeddings_project", sizes.hidden(), width);
            TinyBert.layers(weights, sizes);
            weights.linear("generator_predictions.dense", width, sizes.hidden())
                    .norm("generator_predictions.LayerNorm", width)
                    .normal("generator_lm_head.bias", sizes.vocabulary());
            String config = TinyBert.config("electra", sizes, sizes.positions(), ", \"embedding_size\": " + width);
            return weights.open(config, pooling);
        }
    }
}
