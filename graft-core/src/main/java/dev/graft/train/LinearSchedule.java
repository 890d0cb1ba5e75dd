package dev.graft.train;

/**
 * The share of the peak learning rate at each step: up on a line over the warm-up, then down on a line to zero.
 *
 * @param warmup the number of steps up
 * @param total the number of all steps
 */
public record LinearSchedule(long warmup, long total) {
    /** A schedule whose warm-up is a share of all steps, rounded up. */
    public static LinearSchedule of(double warmupShare, long total) {
        return new LinearSchedule((long) Math.ceil(warmupShare * total), total);
    }

    /**
     * The share at one step.
     *
     * @param step counted from 0
     */
    public double at(long step) {
        if (step < warmup) {
            return (step + 1.0) / warmup;
        }
        return Math.max(0, (double) (total - step) / Math.max(1, total - warmup));
    }
}
