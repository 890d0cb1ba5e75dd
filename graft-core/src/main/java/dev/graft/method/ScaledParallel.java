package dev.graft.method;

import dev.graft.model.Activation;
import dev.graft.model.Architecture;
import dev.graft.model.Delta;
import dev.graft.model.Site;
import dev.graft.model.Site.Sublayer.Block;
import dev.graft.tensor.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The scaled parallel adapter of He et al. 2022 (arXiv 2110.04366, section 4.6): a bottleneck beside a sub-layer, which reads
 * the sub-layer's input x and is added to its output h.
 *
 * <pre>
 *   h + s (phi(x D^T + b_D) U^T + b_U)
 * </pre>
 *
 * The paper's s is a fixed number, tuned like a learning rate: 4 for summaries and translation, 2 in the authors' script for
 * GLUE. A learned one starts at 1; the paper found it slightly worse.
 *
 * <p>Trains {@code 2rd + r + d} scalars at each place, and 1 or d more for a learned scale. Tensors:
 * {@code <layer>.<site>.bottleneck.{down,up}.{weight,bias}} and {@code <layer>.<site>.scale}.
 *
 * @param bottleneck r
 * @param activation phi
 * @param sites where adapters act
 * @param scale s
 * @param start what D and U start from
 * @param dropout the share of what phi gives that is dropped in training; the authors' is 0.1
 */
public record ScaledParallel(
        int bottleneck, Activation activation, List<Place> sites, Scale scale, Begin start, double dropout)
        implements Method {
    public static final ScaledParallel DEFAULT =
            new ScaledParallel(16, Activation.RELU, List.of(Place.FFN), new Scale.Fixed(2), Begin.LORA, 0);

    private static final double SIGMA = 0.02;

    /** What an adapter stands beside. */
    public enum Place {
        /** Attention: added behind its output projection. */
        ATTENTION,
        /** Attention without its output projection: added to the concatenated heads before it. */
        PRE_O,
        /** The feed-forward sub-layer. */
        FFN
    }

    /** What D and U start from, in the words of the authors' code. */
    public enum Begin {
        /** Kaiming's uniform with a = sqrt 5 and zero: exactly the base. */
        LORA,
        /** N(0, 0.02) both: near the base. */
        BERT
    }

    public ScaledParallel {
        if (bottleneck < 1) {
            throw new IllegalArgumentException("bottleneck must be >= 1: " + bottleneck);
        }
        if (sites.isEmpty() || sites.size() != Set.copyOf(sites).size()) {
            throw new IllegalArgumentException("sites must be of attention, pre_o and ffn, each once: " + sites);
        }
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException("dropout must be in [0, 1): " + dropout);
        }
        sites = List.copyOf(sites);
    }

    @Override
    public String name() {
        return "scaled-parallel";
    }

    @Override
    public Axes axes() {
        return new Axes("ffn", "bottleneck", "input", "added, scaled", "the base");
    }

    @Override
    public List<Delta> deltas(Architecture base, Initializer initializer) {
        List<Delta> deltas = new ArrayList<>();
        for (int layer = 0; layer < base.layers(); layer++) {
            for (Place place : sites) {
                deltas.add(
                        switch (place) {
                            case ATTENTION -> beside(new Site.Sublayer(layer, Block.ATTENTION), base, initializer);
                            case FFN -> beside(new Site.Sublayer(layer, Block.FFN), base, initializer);
                            case PRE_O -> {
                                Site.Heads site = new Site.Heads(layer);
                                yield new JoinedHeadsChange(
                                        site, form(site, base, initializer), join(site, base, initializer));
                            }
                        });
            }
        }
        return deltas;
    }

    private Delta beside(Site site, Architecture base, Initializer initializer) {
        return new Change(site, form(site, base, initializer), Reads.INPUT, join(site, base, initializer));
    }

    private Form form(Site site, Architecture base, Initializer initializer) {
        String name = site.path() + ".bottleneck";
        int d = base.hidden();
        Parameter down = start == Begin.LORA
                ? initializer.kaimingUniform(name + ".down.weight", true, bottleneck, d)
                : initializer.normal(name + ".down.weight", true, SIGMA, bottleneck, d);
        Parameter up = start == Begin.LORA
                ? initializer.zeros(name + ".up.weight", true, d, bottleneck)
                : initializer.normal(name + ".up.weight", true, SIGMA, d, bottleneck);
        return Bottleneck.of(name, down, up, activation, dropout, initializer);
    }

    private Join join(Site site, Architecture base, Initializer initializer) {
        return scale.join(site.path(), base.hidden(), initializer);
    }

    @Override
    public long parameters(Architecture base) {
        int d = base.hidden();
        return base.layers() * sites.size() * (Bottleneck.count(d, bottleneck) + scale.parameters(d));
    }

    @Override
    public double learningRate(Architecture base) {
        return base.hidden() < 768 ? 5e-4 : 2e-4;
    }
}
