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

    /**
     * The tensors of the masked-LM head, whose decoder is the table of words: a transform, its norm, a bias for each word.
     *
     * @throws ModelException for a family whose head is not built
     */
    default Shapes maskedLm() {
        throw new ModelException("the masked-LM head of %s is not built; only BERT's is".formatted(name()));
    }

    /** What the tensors' shapes do not show, in the identity of a base. */
    default String identity() {
        return "%s %d heads".formatted(name(), sizes().heads());
    }

    /** What stands before every name in a model with a head, such as {@code bert.}. */
    String prefix();

    /** Hugging Face's name of a tensor, without the prefix. */
    String huggingFaceName(String tensor);
}
