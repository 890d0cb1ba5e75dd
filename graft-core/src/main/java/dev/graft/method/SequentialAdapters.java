package dev.graft.method;

import dev.graft.model.Architecture;
import dev.graft.model.Delta;
import dev.graft.model.Site;
import dev.graft.model.Site.Sublayer.Block;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * Adapters in Houlsby's places: in every layer one on the output of each of these sub-layers, to which its change is added, and
 * the base's normalisations, which may train too. What computes the change is the method's own.
 *
 * @param blocks the sub-layers that get an adapter
 * @param reads what an adapter reads
 * @param layernorm whether the base's normalisations train
 */
record SequentialAdapters(List<Block> blocks, Reads reads, NormPolicy layernorm) {
    /** After attention and after the feed-forward sub-layer. */
    SequentialAdapters(Reads reads, NormPolicy layernorm) {
        this(List.of(Block.ATTENTION, Block.FFN), reads, layernorm);
    }

    /**
     * Checks what is asked for as places.
     *
     * @throws IllegalArgumentException where there is none, or one twice
     */
    static void check(List<Block> sites) {
        if (sites.isEmpty() || sites.size() != Set.copyOf(sites).size()) {
            throw new IllegalArgumentException("sites must be attention, ffn or both: " + sites);
        }
    }

    /**
     * Checks what an adapter is asked to read.
     *
     * @throws IllegalArgumentException for what comes before the sub-layer
     */
    static void check(Reads reads) {
        if (reads == Reads.INPUT) {
            throw new IllegalArgumentException("reads must be output or finished: input");
        }
    }

    /** @param form what computes the change at a place */
    List<Delta> deltas(Function<Site, Form> form, Architecture base, Initializer start) {
        List<Delta> deltas = new ArrayList<>();
        for (int layer = 0; layer < base.layers(); layer++) {
            for (Block block : blocks) {
                Site site = new Site.Sublayer(layer, block);
                deltas.add(new Change(site, form.apply(site), reads, Join.ADDED));
            }
        }
        deltas.addAll(layernorm.deltas(base, start));
        return deltas;
    }

    /** How many adapters there are. */
    long count(Architecture base) {
        return (long) base.layers() * blocks.size();
    }

    /** The number of scalars that train, with so many in each adapter. */
    long parameters(long perAdapter, Architecture base) {
        return count(base) * perAdapter + layernorm.parameters(base);
    }
}
