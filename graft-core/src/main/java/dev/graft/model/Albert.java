package dev.graft.model;

import dev.graft.tensor.Tensor;

/**
 * ALBERT, Lan et al. 2020 (arXiv 1909.11942): narrow embeddings, and layers that share their tensors.
 *
 * <pre>
 *   h0 = LN(word + position + type) W_e + b_e
 *   layer i = inner layer (i mod n) of the group of repetition (i div n)
 * </pre>
 *
 * Sites are those of every layer, so a delta acts in one layer alone; tensors are those of a group's inner layer, {@code
 * group.0.inner.0.attention.query.weight}, so a copy in a tensor's place acts in every layer that shares it, and counts once.
 *
 * @param repetitions how often a group runs, all groups together
 * @param groups the groups of inner layers
 * @param inner n, the layers of one group
 * @param types the number of types
 */
record Albert(EncoderSizes sizes, int repetitions, int groups, int inner, int types) implements EncoderFamily {
    Albert {
        if (groups > repetitions) {
            throw new ModelException(
                    "num_hidden_groups must be at most num_hidden_layers: %d and %d".formatted(groups, repetitions));
        }
    }

    static Albert of(EncoderConfig config) {
        int repetitions = config.size("num_hidden_layers");
        int inner = config.size("inner_group_num", 1);
        return new Albert(
                new EncoderSizes(
                        repetitions * inner,
                        config.size("hidden_size"),
                        config.size("num_attention_heads"),
                        config.size("intermediate_size"),
                        config.size("vocab_size"),
                        config.size("max_position_embeddings"),
                        config.size("embedding_size"),
                        config.activation("hidden_act", "gelu_new"),
                        config.number("layer_norm_eps", 1e-12)),
                repetitions,
                config.size("num_hidden_groups", 1),
                inner,
                config.size("type_vocab_size"));
    }

    @Override
    public String name() {
        return "albert";
    }

    @Override
    public Shapes embedding() {
        return Bert.embedding(sizes, sizes.positions(), types)
                .linear(Role.EMBEDDING_PROJECTION.path(), sizes.hidden(), sizes.embedding());
    }

    @Override
    public Tensor embed(Embedded words, Pass pass) {
        return Bert.embed(words, pass, sizes);
    }

    @Override
    public String tensorsOf(int layer) {
        int group = layer / inner * groups / repetitions;
        return "group.%d.inner.%d".formatted(group, layer % inner);
    }

    /** How many layers share the tensors is not in their shapes. */
    @Override
    public String identity() {
        return "albert %d heads %d layers".formatted(sizes.heads(), sizes.layers());
    }

    @Override
    public String prefix() {
        return "albert.";
    }

    @Override
    public String huggingFaceName(String tensor) {
        if (tensor.startsWith("group.")) {
            return "encoder."
                    + tensor.replace("group.", "albert_layer_groups.")
                            .replace("inner.", "albert_layers.")
                            .replace("attention.output.", "attention.dense.")
                            .replace("attention.norm.", "attention.LayerNorm.")
                            .replace("ffn.up.", "ffn.")
                            .replace("ffn.down.", "ffn_output.")
                            .replace("ffn.norm.", "full_layer_layer_norm.");
        }
        return EncoderFamily.maskedLmName(
                Bert.embeddingName(tensor).replace("embedding.projection.", "encoder.embedding_hidden_mapping_in."),
                "predictions.dense",
                "predictions.LayerNorm",
                "predictions.bias");
    }
}
