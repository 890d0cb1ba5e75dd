package dev.graft.model;

import dev.graft.tensor.Tensor;

/**
 * ELECTRA, Clark et al. 2020 (arXiv 2003.10555): BERT's encoder without a pooler, whose embeddings may be narrower than its
 * layers.
 *
 * <pre>
 *   h0 = LN(word + position + type) W_e + b_e
 * </pre>
 *
 * Discriminators and generators are read alike, and only a generator has a masked-LM head. Where both widths are the same there
 * is no W_e.
 *
 * @param types the number of types
 */
record Electra(EncoderSizes sizes, int types) implements EncoderFamily {
    static Electra of(EncoderConfig config) {
        EncoderSizes sizes = config.sizes(config.size("embedding_size"), config.size("max_position_embeddings"));
        return new Electra(sizes, config.size("type_vocab_size"));
    }

    @Override
    public String name() {
        return "electra";
    }

    @Override
    public Shapes embedding() {
        Shapes shapes = Bert.embedding(sizes, sizes.positions(), types);
        return sizes.embedding() == sizes.hidden()
                ? shapes
                : shapes.linear(Role.EMBEDDING_PROJECTION.path(), sizes.hidden(), sizes.embedding());
    }

    @Override
    public Tensor embed(Embedded words, Pass pass) {
        return Bert.embed(words, pass, sizes);
    }

    @Override
    public boolean hasPooler() {
        return false;
    }

    @Override
    public String prefix() {
        return "electra.";
    }

    @Override
    public String huggingFaceName(String tensor) {
        return EncoderFamily.maskedLmName(
                Bert.nameOf(tensor).replace("embedding.projection.", "embeddings_project."),
                "generator_predictions.dense",
                "generator_predictions.LayerNorm",
                "generator_lm_head.bias");
    }

    /** GELU, whatever the layers have. */
    @Override
    public Activation maskedLmActivation() {
        return Activation.GELU;
    }
}
