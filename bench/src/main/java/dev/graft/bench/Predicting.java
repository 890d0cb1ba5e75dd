package dev.graft.bench;

import dev.graft.Base;
import dev.graft.TrainingPlan;
import dev.graft.adapter.Adapter;
import java.nio.file.Path;

/** Prediction as it is measured. */
final class Predicting {
    private Predicting() {}

    /**
     * The method at its start, since what is learned does not change what is computed, saved and loaded: what only training needs
     * is gone. Owned by the caller.
     */
    static Adapter start(Base base, TrainingPlan plan) {
        try (ScratchFolder scratch = new ScratchFolder();
                Adapter adapter = created(base, plan)) {
            Path saved = scratch.path().resolve("adapter");
            adapter.save(saved, base.backbone());
            return base.load(saved);
        }
    }

    private static Adapter created(Base base, TrainingPlan plan) {
        return Adapter.create(
                plan.method(),
                plan.task(),
                base.backbone(),
                base.name(),
                base.pooling(),
                plan.maxLength(),
                plan.settings().seed());
    }

    /** Rows a second. */
    static double rate(int rows, Runnable work) {
        long start = System.nanoTime();
        work.run();
        return rows * 1e9 / (System.nanoTime() - start);
    }
}
