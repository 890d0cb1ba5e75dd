package dev.graft.method;

import dev.graft.model.Architecture;
import dev.graft.model.Delta;
import dev.graft.model.Site;
import dev.graft.model.Site.Sublayer.Block;
import java.util.ArrayList;
import java.util.List;

/**
 * The multi-head parallel adapter of He et al. 2022 (arXiv 2110.04366, table 4): beside the attention of every head a
 * bottleneck that reads the head's queries, in the form of the authors' code for RoBERTa.
 *
 * <pre>
 *   head = softmax(q K^T / sqrt(e)) V + ReLU(q P_k^T / sqrt(e)) P_v
 * </pre>
 *
 * Each head has a rank of its own, up to {@code r}, so that a small one goes further than in one adapter for all heads.
 * {@code P_k} starts from Kaiming's uniform with a = sqrt 5 and {@code P_v} at zero, so the start is exactly the base;
 * {@code P_k} has no gradient until {@code P_v} has moved. Trains {@code 2Lrd} scalars. Tensors:
 * {@code <layer>.attention.heads.parallel.{key,value}}, [r, d], and {@code <layer>.attention.parallel.{key,value}} behind the
 * projection.
 *
 * @param bottleneck r
 * @param projection whether the heads' changes join before the attention's output projection or behind it
 */
public record MultiHeadParallel(int bottleneck, Projection projection) implements Method {
    public static final MultiHeadParallel DEFAULT = new MultiHeadParallel(30, Projection.BEFORE);

    /** The side of the output projection where the heads' changes join. */
    public enum Projection {
        /** Each is added to what its head gives, as in the paper. */
        BEFORE,
        /** Side by side they are added to the sub-layer's output, where a parallel adapter's change is. */
        BEHIND
    }

    public MultiHeadParallel {
        if (bottleneck < 1) {
            throw new IllegalArgumentException("bottleneck must be >= 1: " + bottleneck);
        }
    }

    @Override
    public String name() {
        return "multihead-parallel";
    }

    @Override
    public Axes axes() {
        return new Axes("heads", "bottleneck per head", "queries", "added", "the base");
    }

    @Override
    public List<Delta> deltas(Architecture base, Initializer start) {
        List<Delta> deltas = new ArrayList<>();
        for (int layer = 0; layer < base.layers(); layer++) {
            if (projection == Projection.BEFORE) {
                Site.Heads site = new Site.Heads(layer);
                deltas.add(new PerHeadChange(site, form(layer, site, base, start), Join.ADDED));
            } else {
                Site.Sublayer site = new Site.Sublayer(layer, Block.ATTENTION);
                deltas.add(new Change(site, form(layer, site, base, start), Reads.INPUT, Join.ADDED));
            }
        }
        return deltas;
    }

    private HeadBottleneck form(int layer, Site site, Architecture base, Initializer start) {
        String name = site.path() + ".parallel.";
        return new HeadBottleneck(
                layer,
                base.heads(),
                start.kaimingUniform(name + "key", true, bottleneck, base.hidden()),
                start.zeros(name + "value", true, bottleneck, base.hidden()));
    }

    @Override
    public long parameters(Architecture base) {
        return 2L * base.layers() * bottleneck * base.hidden();
    }

    @Override
    public double learningRate(Architecture base) {
        return base.hidden() < 768 ? 1e-3 : 3e-4;
    }
}
