package dev.graft.bench;

import dev.graft.Base;
import dev.graft.Training;
import dev.graft.TrainingPlan;
import dev.graft.adapter.Adapter;
import dev.graft.train.Checkpoints;
import dev.graft.train.TrainingListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** One epoch of the real loop on the same batches, timed from its first batch to its last. */
final class TrainingEpoch implements Turns.Side, TrainingListener {
    private final Base base;
    private final TrainingPlan plan;
    private final Path scratch;
    private int rounds;
    private long start;
    private long last;
    private long rows;

    TrainingEpoch(Base base, TrainingPlan plan) throws IOException {
        this.base = base;
        this.plan = plan;
        scratch = Files.createTempDirectory("graft-bench");
    }

    @Override
    public double round() {
        rows = 0;
        Path out = scratch.resolve("round" + ++rounds); // a training of its own each time, from the first batch
        try (Training training = base.prepare(plan);
                Adapter adapter = training.run(this, out).adapter()) {
            new Checkpoints(Training.checkpointsOf(out), "").delete();
            return rows * 1e9 / (last - start);
        }
    }

    @Override
    public void epochStarted(int epoch, int batchesDone, int batches) {
        start = System.nanoTime();
    }

    @Override
    public void batchDone(int batchRows, double loss) {
        rows += batchRows;
        last = System.nanoTime();
    }
}
