package dev.graft.conformance;

import dev.graft.model.Backbone;
import dev.graft.model.Pooling;

/** An ELECTRA of random weights, whose embeddings are half as wide as its layers. */
final class TinyElectra {
    private TinyElectra() {}

    /** Opens one in double precision; the caller closes it. */
    static Backbone open(Sizes sizes) {
        int width = sizes.hidden() / 2;
        try (TinyWeights weights = new TinyWeights(13)) {
            TinyBert.embedding(weights, sizes, width, sizes.positions());
            weights.linear("embeddings_project", sizes.hidden(), width);
            TinyBert.layers(weights, sizes);
            String config = TinyBert.config("electra", sizes, sizes.positions(), ", \"embedding_size\": " + width);
            return weights.open(config, Pooling.CLS);
        }
    }
}
