package dev.graft.conformance;

import dev.graft.model.Backbone;
import dev.graft.model.Pooling;

/** A RoBERTa of random weights. */
final class TinyRoberta {
    /** Positions 0 and 1 are the padding's. */
    private static final int UNUSED_POSITIONS = 2;

    private TinyRoberta() {}

    /** Opens one in double precision; the caller closes it. */
    static Backbone open(Sizes sizes) {
        try (TinyWeights weights = new TinyWeights(11)) {
            int rows = sizes.positions() + UNUSED_POSITIONS;
            TinyBert.embedding(weights, sizes, sizes.hidden(), rows);
            TinyBert.layers(weights, sizes);
            return weights.open(TinyBert.config("roberta", sizes, rows, ", \"pad_token_id\": 1"), Pooling.CLS);
        }
    }
}
