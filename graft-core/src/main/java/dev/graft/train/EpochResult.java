package dev.graft.train;

import dev.graft.task.Metrics;

/**
 * How an epoch ended.
 *
 * @param epoch counted from 1
 * @param trainLoss the mean loss over its rows
 * @param dev the metrics on the dev rows
 */
public record EpochResult(int epoch, double trainLoss, Metrics dev) {}
