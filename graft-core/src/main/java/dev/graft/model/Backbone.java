package dev.graft.model;

import dev.graft.tensor.DType;
import dev.graft.tensor.Device;
import dev.graft.tensor.Tensor;

/**
 * A frozen pretrained network that names its sites and asks at each one whether anything acts there. It knows no
 * method. Its tensors are never written, so one backbone serves any number of threads and adapters at once.
 */
public interface Backbone extends AutoCloseable {
    /** The table of words, [V, E]. */
    String WORDS = "embedding.word.weight";

    /** What the masked-LM head adds to the score of each word, [V]; a tensor of bases that were opened for it. */
    String WORD_BIAS = "mlm.bias";

    /** Sizes, sites and tensors. */
    Architecture architecture();

    /** The type that layers compute in. */
    DType dtype();

    /** What keeps the normalisations from dividing by zero, added to each variance. */
    double normEpsilon();

    /** Where the tensors lie. */
    Device device();

    /**
     * Runs a batch through the network. The result belongs to the innermost scope.
     *
     * @throws ModelException where the rows do not fit the base's positions
     */
    Hidden forward(Batch batch, Deltas deltas, Mode mode);

    /**
     * As {@link #forward(Batch, Deltas, Mode)}, with only those rows of the last layer that the pooling reads, R of each text: one
     * where it reads one and no delta looks at others.
     *
     * @throws ModelException where the rows do not fit the base's positions, or the pooling reads a mask that a text lacks
     */
    Hidden forward(Batch batch, Pooling pooling, Deltas deltas, Mode mode);

    /**
     * One vector per text in full precision, [B, d]; for {@link Pooling#MASK} in the space of the words, [B, E].
     *
     * @throws ModelException for {@link Pooling#POOLER} on a base without one
     */
    Tensor pool(Hidden hidden, Pooling pooling, Deltas deltas, Mode mode);

    /**
     * Vectors in the space of the embeddings without what acts on these and can be taken back, [B, E] in full precision: what a
     * masked-LM head compares with words.
     */
    Tensor takenBack(Tensor vectors, Hidden hidden, Deltas deltas, Mode mode);

    /** A base tensor by its canonical name or a layer's name for it, [out, in] for matrices; the backbone's own. */
    Tensor tensor(String name);

    /** Hugging Face's name of a base tensor, without the family's prefix. */
    String huggingFaceName(String tensor);

    /**
     * A hash of family, sizes and the values of those tensors that a forward pass with this pooling uses, as fp32 by
     * canonical name: the same for an ONNX file, its export, and a copy with an unused pooler.
     */
    String fingerprint(Pooling pooling);

    @Override
    void close();
}
