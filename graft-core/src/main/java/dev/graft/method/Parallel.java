package dev.graft.method;

import dev.graft.method.ScaledParallel.Begin;
import dev.graft.method.ScaledParallel.Place;
import dev.graft.model.Activation;
import dev.graft.model.Architecture;
import dev.graft.model.Delta;
import java.util.List;

/**
 * The parallel adapter of He et al. 2022 (arXiv 2110.04366, section 3.3): the {@link ScaledParallel} one with {@code s = 1}.
 *
 * <pre>
 *   h + phi(x D^T + b_D) U^T + b_U
 * </pre>
 *
 * Options, start, count and tensors are those of the scaled one.
 *
 * @param bottleneck r
 * @param activation phi
 * @param sites where adapters act
 * @param start what D and U start from
 * @param dropout the share of what phi gives that is dropped in training
 */
public record Parallel(int bottleneck, Activation activation, List<Place> sites, Begin start, double dropout)
        implements Method {
    public static final Parallel DEFAULT = new Parallel(16, Activation.RELU, List.of(Place.FFN), Begin.LORA, 0);

    private static final Scale ONE = new Scale.Fixed(1);

    public Parallel {
        sites = new ScaledParallel(bottleneck, activation, sites, ONE, start, dropout).sites();
    }

    private ScaledParallel scaledByOne() {
        return new ScaledParallel(bottleneck, activation, sites, ONE, start, dropout);
    }

    @Override
    public String name() {
        return "parallel";
    }

    @Override
    public Axes axes() {
        return new Axes("ffn", "bottleneck", "input", "added", "the base");
    }

    @Override
    public List<Delta> deltas(Architecture base, Initializer initializer) {
        return scaledByOne().deltas(base, initializer);
    }

    @Override
    public long parameters(Architecture base) {
        return scaledByOne().parameters(base);
    }

    @Override
    public double learningRate(Architecture base) {
        return scaledByOne().learningRate(base);
    }
}
