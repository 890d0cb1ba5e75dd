package dev.graft.model;

import dev.graft.model.Site.Embedding.Stage;
import dev.graft.tensor.DType;
import dev.graft.tensor.Device;
import dev.graft.tensor.Tensor;
import dev.graft.weights.TensorSource;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** An encoder of post-norm layers, whichever its family: words, the family's embedding block, layers, pooler. */
final class PostNormEncoder implements Backbone {
    /** From the width of the embedding block to that of the layers, where they differ. */
    static final Site.Linear PROJECTION = new Site.Linear(0, Role.EMBEDDING_PROJECTION);

    static final Site.Norm MASKED_LM_NORM = new Site.Norm("mlm.norm");

    private static final Site.Linear MASKED_LM = new Site.Linear(0, Role.MASKED_LM);
    private static final Site.Embedding EMBEDDED = new Site.Embedding(Stage.OUTPUT);
    private static final Site.Linear POOLER = new Site.Linear(0, Role.POOLER);

    private final EncoderFamily family;
    private final PostNormLayers layers;
    private final BaseTensors tensors;
    private final Fingerprint fingerprint;
    private final Architecture architecture;

    PostNormEncoder(EncoderFamily family, TensorSource source, Pooling pooling, DType dtype, Device device) {
        EncoderSizes sizes = family.sizes();
        EncoderTensors read = new EncoderTensors(family, source, pooling, dtype, device);
        this.family = family;
        this.layers = new PostNormLayers(sizes);
        this.tensors = read.base();
        this.fingerprint = read.fingerprint();
        this.architecture = new Architecture(
                family.name(),
                sizes.layers(),
                sizes.hidden(),
                sizes.heads(),
                sizes.ffn(),
                sizes.vocabulary(),
                sizes.positions(),
                tensors.shapes(),
                tensors.shared());
    }

    @Override
    public Hidden forward(Batch batch, Deltas deltas, Mode mode) {
        return forward(batch, Pooling.MEAN, deltas, mode); // which reads all rows
    }

    @Override
    public Hidden forward(Batch batch, Pooling pooling, Deltas deltas, Mode mode) {
        Pass text = new Pass(tensors, deltas, mode, batch.mask());
        Embedded embedded = embed(batch, text); // [B, T, E]
        Pass pass = text.over(embedded.mask());
        Marks marks = embedded.marks();
        UnaryOperator<Tensor> read = rowsRead(deltas.rowwise() ? pooling : Pooling.MEAN, marks);
        Tensor states = layers.run(projected(embedded.states(), pass), read, pass); // [B, R, d]
        return new Hidden(states, read.apply(embedded.text()), marks == null ? null : marks.only(read));
    }

    /** What takes the rows that a pooling reads, [B, T, ..] to [B, R, ..]. */
    private static UnaryOperator<Tensor> rowsRead(Pooling pooling, @Nullable Marks marks) {
        return switch (pooling) {
            case CLS, POOLER -> rows -> rows.narrow(1, 0, 1).contiguous();
            case MEAN -> UnaryOperator.identity();
            case ANSWER, MASK -> Marks.require(marks)::answerOf;
        };
    }

    private Embedded embed(Batch batch, Pass pass) {
        Tensor rows = pass.rows(WORDS, batch.ids()); // [B, T, E]
        Tensor words = pass.output(new Site.Embedding(Stage.TABLE), batch.ids(), rows, UnaryOperator.identity());
        Embedded input = pass.embedding(
                new Site.Embedding(Stage.INPUT),
                new Embedded(words, batch.types(), batch.mask(), batch.text(), 0, batch.marks()));
        checkLength(input.states().size(1) + input.positionOffset());
        Tensor states = pass.baseDropout(family.embed(input, pass), "embedding");
        return pass.embedding(EMBEDDED, input.withStates(states));
    }

    private void checkLength(long rows) {
        if (rows > architecture.positions()) {
            throw new ModelException(
                    "a text of %d positions, inserted ones counted, is longer than the %d of this base; lower --max-length"
                            .formatted(rows, architecture.positions()));
        }
    }

    private Tensor projected(Tensor states, Pass pass) {
        return tensors.contains(PROJECTION.path() + ".weight") ? pass.linear(PROJECTION, states) : states;
    }

    @Override
    public Tensor pool(Hidden hidden, Pooling pooling, Deltas deltas, Mode mode) {
        Tensor pooled = switch (pooling) {
            case CLS -> hidden.first();
            case ANSWER -> hidden.answer();
            case MEAN -> hidden.mean();
            case POOLER -> pooler(hidden, deltas, mode);
            case MASK -> maskedLm(hidden, deltas, mode);
        };
        return pooled.to(dtype().master());
    }

    private Tensor pooler(Hidden hidden, Deltas deltas, Mode mode) {
        if (!tensors.contains("pooler.weight")) {
            throw new ModelException("this base was opened without its pooler; open it with pooler pooling");
        }
        Pass pass = new Pass(tensors, deltas, mode, hidden.text());
        return pass.linear(POOLER, hidden.first()).tanh();
    }

    /**
     * {@code LN(act(h W^T + b))} of the mask, [B, E], which a word's score is the product of with its embedding; so what changes
     * the embeddings invertibly is taken back.
     */
    private Tensor maskedLm(Hidden hidden, Deltas deltas, Mode mode) {
        if (!tensors.contains(WORD_BIAS)) {
            throw new ModelException("this base was opened without its masked-LM head; open it with mask pooling");
        }
        Pass pass = new Pass(tensors, deltas, mode, hidden.text());
        Tensor transformed = family.maskedLmActivation().apply(pass.linear(MASKED_LM, hidden.answer()));
        return pass.takenBack(EMBEDDED, pass.norm(MASKED_LM_NORM, transformed, normEpsilon()));
    }

    @Override
    public Tensor takenBack(Tensor vectors, Hidden hidden, Deltas deltas, Mode mode) {
        Pass pass = new Pass(tensors, deltas, mode, hidden.text());
        return pass.takenBack(EMBEDDED, vectors).to(dtype().master());
    }

    @Override
    public Architecture architecture() {
        return architecture;
    }

    @Override
    public DType dtype() {
        return tensors.dtype();
    }

    @Override
    public Device device() {
        return tensors.device();
    }

    @Override
    public double normEpsilon() {
        return family.sizes().normEpsilon();
    }

    @Override
    public Tensor tensor(String name) {
        return tensors.get(architecture.canonical(name));
    }

    @Override
    public String huggingFaceName(String tensor) {
        return family.huggingFaceName(architecture.canonical(tensor));
    }

    @Override
    public String fingerprint(Pooling pooling) {
        return fingerprint.of(name -> (pooling == Pooling.POOLER || !name.startsWith("pooler."))
                && (pooling == Pooling.MASK || !name.startsWith("mlm.")));
    }

    @Override
    public void close() {
        tensors.close();
    }
}
