package dev.graft.model;

import dev.graft.tensor.DType;
import dev.graft.tensor.Tensor;

/**
 * RoBERTa, Liu et al. 2019 (arXiv 1907.11692): BERT's encoder whose positions count the tokens from behind the padding's
 * id, {@code p + 1, p + 2, ...}, and which tells no types apart.
 *
 * <pre>
 *   h0 = LN(word + position + type_0)
 * </pre>
 *
 * @param rows the rows of the table of positions, the first p + 1 of which no text reaches
 * @param types the rows of the table of types, of which the first alone is used
 * @param padding p, the id of the padding token
 */
record Roberta(EncoderSizes sizes, int rows, int types, int padding) implements EncoderFamily {
    static Roberta of(EncoderConfig config) {
        int rows = config.size("max_position_embeddings");
        int padding = config.json().path("pad_token_id").asInt(1);
        if (padding < 0 || padding + 1 >= rows) {
            throw new ModelException("config.json: pad_token_id, behind which positions begin, must be in 0 to %d: %d"
                    .formatted(rows - 2, padding));
        }
        return new Roberta(
                config.sizes(config.size("hidden_size"), rows - padding - 1),
                rows,
                config.size("type_vocab_size"),
                padding);
    }

    @Override
    public String name() {
        return "roberta";
    }

    @Override
    public Shapes embedding() {
        return Bert.embedding(sizes, rows, types);
    }

    @Override
    public Tensor embed(Embedded words, Pass pass) {
        Tensor positions = pass.rows("embedding.position.weight", positions(words)); // [B, T, d]
        Tensor type = pass.tensor("embedding.type.weight").select(0, 0); // [d]
        return pass.norm(Bert.EMBEDDING_NORM, words.states().plus(positions).plus(type), sizes.normEpsilon());
    }

    /** p + 1, p + 2, ... over the tokens and p at padding, [B, T]. */
    private Tensor positions(Embedded words) {
        Tensor counted = words.mask().cumulativeSum(1).plus(words.positionOffset());
        return counted.times(words.mask()).plus(padding).to(DType.INT64);
    }

    @Override
    public String prefix() {
        return "roberta.";
    }

    @Override
    public String huggingFaceName(String tensor) {
        return EncoderFamily.maskedLmName(Bert.nameOf(tensor), "lm_head.dense", "lm_head.layer_norm", "lm_head.bias");
    }

    /** GELU, whatever the layers have. */
    @Override
    public Activation maskedLmActivation() {
        return Activation.GELU;
    }
}
