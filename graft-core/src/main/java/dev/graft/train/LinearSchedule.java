package dev.graft.train;

/**
 * The share of the peak learning rate at each step: up on a line over the warm-up, then down on a line to zero.
 *
 * @param warmup the number of steps up
 * @param total the number of all steps
 */
record LinearSchedule(long warmup, long total) {
    static LinearSchedule of(double warmupShare, long total) {
        return new LinearSchedule((long) Math.ceil(warmupShare * total), total);
    }

    /** @param step counted from 0 */
    double at(long step) {
        if (step < warmup) {
            return (step + 1.0) / warmup;
        }
        return Math.max(0, (double) (total - step) / Math.max(1, total - warmup));
    }
}
