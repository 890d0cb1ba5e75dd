package dev.graft.model;

import dev.graft.tensor.Tensor;

/**
 * What sets one family of post-norm encoders apart: its embedding block, the names of its tensors, and which tensors its
 * layers share. The layers themselves are {@link PostNormLayers}.
 */
interface EncoderFamily {
    /** Hugging Face's {@code model_type}. */
    String name();

    EncoderSizes sizes();

    /** The tensors of the embedding block. */
    Shapes embedding();

    /**
     * The embedding block behind the words: what else a position is, and the norm.
     *
     * @param words the word embeddings and the rows among them, [B, T, E]
     * @return [B, T, E]
     */
    Tensor embed(Embedded words, Pass pass);

    /** What a layer calls its tensors; layers of the same name share them. */
    default String tensorsOf(int layer) {
        return "layer." + layer;
    }

    /** Whether the family has a pooler. */
    default boolean hasPooler() {
        return true;
    }

    /** The nonlinearity of the masked-LM head. */
    default Activation maskedLmActivation() {
        return sizes().activation();
    }

    /** What the tensors' shapes do not show, in the identity of a base. */
    default String identity() {
        return "%s %d heads".formatted(name(), sizes().heads());
    }

    /** What stands before every name in a model with a head, such as {@code bert.}. */
    String prefix();

    /** Hugging Face's name of a tensor, without the prefix. */
    String huggingFaceName(String tensor);

    /** The name of a tensor of the masked-LM head, by those of its transform, norm and bias; of another tensor, itself. */
    static String maskedLmName(String tensor, String transform, String norm, String bias) {
        return tensor.replace(Role.MASKED_LM.path(), transform)
                .replace(PostNormEncoder.MASKED_LM_NORM.path(), norm)
                .replace(Backbone.WORD_BIAS, bias);
    }
}
