package dev.graft.model;

import dev.graft.tensor.RandomSource;
import dev.graft.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * How a forward pass runs.
 *
 * @param random where dropout masks come from, addressed by seed and step; null in evaluation, where nothing drops
 * @param baseDropout the share of activations that the frozen base drops in training
 */
public record Mode(@Nullable RandomSource random, double baseDropout) {
    /** Deterministic: no dropout anywhere. */
    public static final Mode EVALUATION = new Mode(null, 0);

    public Mode {
        if (!(baseDropout >= 0 && baseDropout < 1)) {
            throw new IllegalArgumentException("dropout must be in [0, 1): " + baseDropout);
        }
    }

    /** A training step whose masks are drawn from {@code step}. */
    public static Mode training(RandomSource step, double baseDropout) {
        return new Mode(step, baseDropout);
    }

    /**
     * Drops a share of the elements in training and scales up the others.
     *
     * @param address the place it happens, which with seed and step decides the mask
     */
    public Tensor dropout(Tensor x, double share, String address) {
        if (random == null || share == 0) {
            return x;
        }
        double kept = 1 - share;
        return x.times(random.at(address).bernoulli(kept, x)).times(1 / kept);
    }
}
