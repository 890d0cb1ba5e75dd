package dev.graft.model;

/**
 * The sizes that every post-norm encoder has.
 *
 * @param layers L
 * @param hidden d, the width of the layers
 * @param heads H
 * @param ffn f, the inner width of the feed-forward sub-layer
 * @param vocabulary the number of words
 * @param positions the longest text
 * @param embedding E, the width of the embedding block, which is d but in ALBERT and ELECTRA
 * @param activation the feed-forward's nonlinearity
 * @param normEpsilon what keeps a norm from dividing by zero
 */
record EncoderSizes(
        int layers,
        int hidden,
        int heads,
        int ffn,
        int vocabulary,
        int positions,
        int embedding,
        Activation activation,
        double normEpsilon) {
    EncoderSizes {
        if (hidden % heads != 0) {
            throw new ModelException(
                    "the number of heads must divide the hidden size: %d heads, %d wide".formatted(heads, hidden));
        }
    }

    int headSize() {
        return hidden / heads;
    }
}
