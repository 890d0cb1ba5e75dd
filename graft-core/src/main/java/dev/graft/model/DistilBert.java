package dev.graft.model;

import dev.graft.tensor.Tensor;

/**
 * DistilBERT, Sanh et al. 2019 (arXiv 1910.01108): BERT without types and pooler.
 *
 * <pre>
 *   h0 = LN(word + position)
 * </pre>
 */
record DistilBert(EncoderSizes sizes) implements EncoderFamily {
    /** DistilBERT's configuration has no key for it. */
    private static final double NORM_EPSILON = 1e-12;

    static DistilBert of(EncoderConfig config) {
        return new DistilBert(new EncoderSizes(
                config.size("n_layers"),
                config.size("dim"),
                config.size("n_heads"),
                config.size("hidden_dim"),
                config.size("vocab_size"),
                config.size("max_position_embeddings"),
                config.size("dim"),
                config.activation("activation", "gelu"),
                NORM_EPSILON));
    }

    @Override
    public String name() {
        return "distilbert";
    }

    @Override
    public Shapes embedding() {
        return new Shapes()
                .table("embedding.word", sizes.vocabulary(), sizes.embedding())
                .table("embedding.position", sizes.positions(), sizes.embedding())
                .norm(Bert.EMBEDDING_NORM.path(), sizes.embedding());
    }

    @Override
    public Tensor embed(Embedded words, Pass pass) {
        Tensor positions = words.positionsFrom(pass.tensor("embedding.position.weight")); // [T, d]
        return pass.norm(Bert.EMBEDDING_NORM, words.states().plus(positions), sizes.normEpsilon());
    }

    @Override
    public boolean hasPooler() {
        return false;
    }

    @Override
    public String prefix() {
        return "distilbert.";
    }

    @Override
    public String huggingFaceName(String tensor) {
        if (!tensor.startsWith("layer.")) {
            return EncoderFamily.maskedLmName(
                    Bert.embeddingName(tensor), "vocab_transform", "vocab_layer_norm", "vocab_projector.bias");
        }
        return "transformer."
                + tensor.replace("attention.query.", "attention.q_lin.")
                        .replace("attention.key.", "attention.k_lin.")
                        .replace("attention.value.", "attention.v_lin.")
                        .replace("attention.output.", "attention.out_lin.")
                        .replace("attention.norm.", "sa_layer_norm.")
                        .replace("ffn.up.", "ffn.lin1.")
                        .replace("ffn.down.", "ffn.lin2.")
                        .replace("ffn.norm.", "output_layer_norm.");
    }
}
