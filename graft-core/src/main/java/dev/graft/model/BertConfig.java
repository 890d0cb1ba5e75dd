package dev.graft.model;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * The sizes of a BERT encoder, from {@code config.json}.
 *
 * @param layers {@code num_hidden_layers}
 * @param hidden {@code hidden_size}
 * @param heads {@code num_attention_heads}
 * @param ffn {@code intermediate_size}
 * @param vocabulary {@code vocab_size}
 * @param positions {@code max_position_embeddings}
 * @param types {@code type_vocab_size}
 * @param activation {@code hidden_act}
 * @param normEpsilon {@code layer_norm_eps}
 */
public record BertConfig(
        int layers,
        int hidden,
        int heads,
        int ffn,
        int vocabulary,
        int positions,
        int types,
        Activation activation,
        double normEpsilon) {
    public BertConfig {
        if (hidden % heads != 0) {
            throw new ModelException("num_attention_heads must divide hidden_size: %d and %d".formatted(heads, hidden));
        }
    }

    /**
     * @throws ModelException for a missing or senseless size, relative positions, or a decoder
     */
    static BertConfig of(JsonNode config) {
        String positionType = config.path("position_embedding_type").asText("absolute");
        if (!positionType.equals("absolute")) {
            throw new ModelException("position_embedding_type must be absolute: " + positionType);
        }
        if (config.path("is_decoder").asBoolean(false)) {
            throw new ModelException("a BERT with is_decoder is not an encoder; Graft opens encoders only");
        }
        return new BertConfig(
                size(config, "num_hidden_layers"),
                size(config, "hidden_size"),
                size(config, "num_attention_heads"),
                size(config, "intermediate_size"),
                size(config, "vocab_size"),
                size(config, "max_position_embeddings"),
                size(config, "type_vocab_size"),
                activation(config.path("hidden_act").asText("gelu")),
                config.path("layer_norm_eps").asDouble(1e-12));
    }

    private static Activation activation(String name) {
        try {
            return Activation.named(name);
        } catch (IllegalArgumentException e) {
            throw new ModelException("config.json: hidden_act: " + e.getMessage(), e);
        }
    }

    private static int size(JsonNode config, String key) {
        JsonNode value = config.path(key);
        if (!value.isInt() || value.intValue() < 1) {
            throw new ModelException("config.json: %s must be a positive integer: %s"
                    .formatted(key, value.isMissingNode() ? "missing" : value));
        }
        return value.intValue();
    }
}
