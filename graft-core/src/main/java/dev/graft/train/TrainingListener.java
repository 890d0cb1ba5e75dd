package dev.graft.train;

/** Hears how a training goes, on the training's thread; for progress bars and logs. */
public interface TrainingListener {
    /** Hears nothing. */
    TrainingListener SILENT = new TrainingListener() {};

    /** An epoch begins or, after a resume, goes on. */
    default void epochStarted(int epoch, int batchesDone, int batches) {}

    /**
     * A batch is done.
     *
     * @param rows how many rows it had
     * @param loss its mean loss
     */
    default void batchDone(int rows, double loss) {}

    /** The dev rows were judged after an epoch. */
    default void epochDone(EpochResult result, boolean best) {}

    /** Whether to end after this step, saving what there is. */
    default boolean stopRequested() {
        return false;
    }
}
