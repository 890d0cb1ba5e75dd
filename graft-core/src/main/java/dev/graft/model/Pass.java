package dev.graft.model;

import dev.graft.tensor.DType;
import dev.graft.tensor.Functions;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Tensor;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One forward pass: the frozen tensors, the deltas, and how they meet at each site. Backbones call the site methods
 * in the order of their figure; deltas ask for the compute type, dropout, and the layout of the rows.
 *
 * <p>A pass belongs to one thread. A site without deltas costs a look-up.
 */
public final class Pass {
    private final BaseTensors base;
    private final Deltas deltas;
    private final Mode mode;
    private final Tensor mask;

    Pass(BaseTensors base, Deltas deltas, Mode mode, Tensor mask) {
        this.base = base;
        this.deltas = deltas;
        this.mode = mode;
        this.mask = mask;
    }

    /** The same pass over rows with another mask, once rows were inserted. */
    Pass over(Tensor longerMask) {
        return new Pass(base, deltas, mode, longerMask);
    }

    /** The type that layers compute in; deltas cast their full-precision parameters to it. */
    public DType dtype() {
        return base.dtype();
    }

    /** 1 where a position is real and 0 where it is padding, INT64 [B, T], also where the last layer computes fewer rows. */
    public Tensor mask() {
        return mask;
    }

    /**
     * Drops a share of the elements in training and scales up the others.
     *
     * @param address the place it happens, which with seed and step decides the mask
     */
    public Tensor dropout(Tensor x, double share, String address) {
        return mode.dropout(x, share, address);
    }

    Tensor baseDropout(Tensor x, String address) {
        return dropout(x, mode.baseDropout(), address);
    }

    /** {@code x W^T + b} with what acts on it: [.., in] to [.., out]. */
    Tensor linear(Site.Linear site, Tensor x) {
        Tensor y = Functions.linear(x, tensor(site.path() + ".weight"), tensor(site.path() + ".bias"));
        return output(site, x, y, UnaryOperator.identity());
    }

    /** Layer normalisation with the weight and bias that stand at this site. */
    Tensor norm(Site.Norm site, Tensor x, double epsilon) {
        return Functions.layerNorm(x, uncast(site.path() + ".weight"), uncast(site.path() + ".bias"), epsilon);
    }

    /** The output of a projection, sub-layer or layer with what acts on it. */
    Tensor output(Site site, Tensor input, Tensor output, UnaryOperator<Tensor> finish) {
        Flow flow = new Flow(input, output, finish, this);
        for (OutputDelta delta : deltas.outputsAt(site)) {
            flow = flow.withOutput(delta.apply(flow));
        }
        return flow.output();
    }

    /** Attention with what acts on it, [B, H, T, e]. */
    Tensor attend(Site.Heads site, Heads heads) {
        for (HeadsDelta delta : deltas.headsAt(site)) {
            heads = delta.before(heads, this);
        }
        Tensor output = heads.attend();
        for (HeadsDelta delta : deltas.headsAt(site)) {
            output = delta.after(heads, output, this);
        }
        return output;
    }

    /** The embedded text with what acts on it. */
    Embedded embedding(Site.Embedding site, Embedded embedded) {
        for (EmbeddingDelta delta : deltas.embeddingsAt(site)) {
            embedded = delta.apply(embedded, this);
        }
        return embedded;
    }

    /** States in the space of the embeddings without what acts there and can be taken back, the latest first. */
    Tensor takenBack(Site.Embedding site, Tensor states) {
        for (EmbeddingDelta delta : deltas.embeddingsAt(site).reversed()) {
            if (delta instanceof InvertibleDelta invertible) {
                states = invertible.inverse(states.to(dtype()), this);
            }
        }
        return states;
    }

    /** Rows of a table of embeddings, INT64 ids [..] to [.., E], in the compute type. */
    Tensor rows(String table, Tensor ids) {
        // Only the rows are cast: the table is many times as large, and so would its gradient be.
        return Functions.embeddingWithSparseGradient(uncast(table), ids).to(dtype());
    }

    /** A base tensor by its name, or the copy that stands in its place, in the compute type. */
    public Tensor tensor(String name) {
        Parameter copy = copyOf(name);
        return copy == null ? base.get(base.canonical(name)) : copy.in(dtype());
    }

    /** A base tensor in the type that it is kept in, or the copy that stands in its place, in full precision. */
    private Tensor uncast(String name) {
        Parameter copy = copyOf(name);
        return copy == null ? base.get(base.canonical(name)) : copy.value();
    }

    /** Where layers share a tensor, a copy for the one layer counts before a copy for all. */
    private @Nullable Parameter copyOf(String name) {
        Parameter own = deltas.replacementOf(name);
        return own == null ? deltas.replacementOf(base.canonical(name)) : own;
    }
}
