package dev.graft.model;

import com.fasterxml.jackson.databind.JsonNode;

/** A {@code config.json} of an encoder, read strictly. */
record EncoderConfig(JsonNode json) {
    /**
     * @throws ModelException for relative positions or a decoder
     */
    EncoderConfig {
        String positions = json.path("position_embedding_type").asText("absolute");
        if (!positions.equals("absolute")) {
            throw new ModelException("position_embedding_type must be absolute: " + positions);
        }
        if (json.path("is_decoder").asBoolean(false)) {
            throw new ModelException("a %s with is_decoder is not an encoder; Graft opens encoders only"
                    .formatted(json.path("model_type").asText()));
        }
    }

    /**
     * Refuses a masked-LM head with a decoder of its own.
     *
     * @throws ModelException where words are embedded by one table and scored by another
     */
    void requireTiedWords() {
        if (!json.path("tie_word_embeddings").asBoolean(true)) {
            throw new ModelException(
                    "tie_word_embeddings is false: a masked-LM head whose decoder is not the table of words is not built");
        }
    }

    /** The sizes under the names that all families but DistilBERT use, with vectors of words as wide as the layers. */
    EncoderSizes sizes() {
        return sizes(size("hidden_size"), size("max_position_embeddings"));
    }

    /**
     * The sizes under the names that all families but DistilBERT use.
     *
     * @param embedding the width of the embedding block
     * @param positions the longest text
     */
    EncoderSizes sizes(int embedding, int positions) {
        return new EncoderSizes(
                size("num_hidden_layers"),
                size("hidden_size"),
                size("num_attention_heads"),
                size("intermediate_size"),
                size("vocab_size"),
                positions,
                embedding,
                activation("hidden_act", "gelu"),
                number("layer_norm_eps", 1e-12));
    }

    /**
     * A size that must be there.
     *
     * @throws ModelException where it is missing or not a positive integer
     */
    int size(String key) {
        JsonNode value = json.path(key);
        if (!value.isInt() || value.intValue() < 1) {
            throw new ModelException("config.json: %s must be a positive integer: %s"
                    .formatted(key, value.isMissingNode() ? "missing" : value));
        }
        return value.intValue();
    }

    /** A size that need not be there. */
    int size(String key, int absent) {
        return json.hasNonNull(key) ? size(key) : absent;
    }

    double number(String key, double absent) {
        return json.path(key).asDouble(absent);
    }

    /**
     * @throws ModelException for a name that is none
     */
    Activation activation(String key, String absent) {
        try {
            return Activation.named(json.path(key).asText(absent));
        } catch (IllegalArgumentException e) {
            throw new ModelException("config.json: %s: %s".formatted(key, e.getMessage()), e);
        }
    }
}
