package dev.graft.model;

import dev.graft.tensor.Tensor;

/**
 * BERT, Devlin et al. 2019 (arXiv 1810.04805): learned positions, and a type for each of the two texts.
 *
 * <pre>
 *   h0 = LN(word + position + type)
 * </pre>
 *
 * @param types the number of types
 */
record Bert(EncoderSizes sizes, int types) implements EncoderFamily {
    static final Site.Norm EMBEDDING_NORM = new Site.Norm("embedding.norm");

    static Bert of(EncoderConfig config) {
        return new Bert(config.sizes(), config.size("type_vocab_size"));
    }

    @Override
    public String name() {
        return "bert";
    }

    @Override
    public Shapes embedding() {
        return embedding(sizes, sizes.positions(), types);
    }

    /** Tables of words, positions and types, and a norm, which several families have. */
    static Shapes embedding(EncoderSizes sizes, int positions, int types) {
        return new Shapes()
                .table("embedding.word", sizes.vocabulary(), sizes.embedding())
                .table("embedding.position", positions, sizes.embedding())
                .table("embedding.type", types, sizes.embedding())
                .norm(EMBEDDING_NORM.path(), sizes.embedding());
    }

    @Override
    public Tensor embed(Embedded words, Pass pass) {
        return embed(words, pass, sizes);
    }

    /** {@code LN(word + position + type)}, [B, T, E]. */
    static Tensor embed(Embedded words, Pass pass, EncoderSizes sizes) {
        Tensor positions = words.positionsFrom(pass.tensor("embedding.position.weight")); // [T, E]
        Tensor types = pass.rows("embedding.type.weight", words.types()); // [B, T, E]
        return pass.norm(EMBEDDING_NORM, words.states().plus(positions).plus(types), sizes.normEpsilon());
    }

    @Override
    public String prefix() {
        return "bert.";
    }

    @Override
    public String huggingFaceName(String tensor) {
        return EncoderFamily.maskedLmName(
                nameOf(tensor),
                "cls.predictions.transform.dense",
                "cls.predictions.transform.LayerNorm",
                "cls.predictions.bias");
    }

    /** BERT's names, which RoBERTa and ELECTRA have too. */
    static String nameOf(String tensor) {
        if (tensor.startsWith("layer.")) {
            int end = tensor.indexOf('.', "layer.".length());
            return "encoder." + tensor.substring(0, end) + "." + withinLayer(tensor.substring(end + 1));
        }
        return embeddingName(tensor).replace("pooler.", "pooler.dense.");
    }

    static String embeddingName(String tensor) {
        return tensor.replace("embedding.word.", "embeddings.word_embeddings.")
                .replace("embedding.position.", "embeddings.position_embeddings.")
                .replace("embedding.type.", "embeddings.token_type_embeddings.")
                .replace("embedding.norm.", "embeddings.LayerNorm.");
    }

    private static String withinLayer(String name) {
        return name.replace("attention.query.", "attention.self.query.")
                .replace("attention.key.", "attention.self.key.")
                .replace("attention.value.", "attention.self.value.")
                .replace("attention.output.", "attention.output.dense.")
                .replace("attention.norm.", "attention.output.LayerNorm.")
                .replace("ffn.up.", "intermediate.dense.")
                .replace("ffn.down.", "output.dense.")
                .replace("ffn.norm.", "output.LayerNorm.");
    }
}
