package dev.graft.train;

import java.util.List;

/**
 * How a training ended.
 *
 * @param finished false where it was asked to stop; the checkpoint then goes on from there
 * @param epochs one result per epoch, in order
 * @param best the epoch whose tensors the adapter has, counted from 1; 0 before the first
 * @param rows the number of training rows seen, over all epochs
 */
public record TrainingResult(boolean finished, List<EpochResult> epochs, int best, long rows) {}
