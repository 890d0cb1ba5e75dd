package dev.graft.train;

import dev.graft.task.Metrics;

/**
 * How an epoch ended.
 *
 * @param epoch counted from 1
 * @param trainLoss the mean loss over its rows
 * @param devLoss the mean loss over the dev rows
 * @param dev the metrics on the dev rows
 */
public record EpochResult(int epoch, double trainLoss, double devLoss, Metrics dev) {
    /** On few dev rows the metric often ties; then the lower loss tells. */
    boolean isBetterThan(EpochResult other) {
        return dev.isBetterThan(other.dev) || (dev.value() == other.dev.value() && devLoss < other.devLoss);
    }
}
