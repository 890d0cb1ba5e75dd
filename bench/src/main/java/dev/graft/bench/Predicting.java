package dev.graft.bench;

import dev.graft.Base;
import dev.graft.TrainingPlan;
import dev.graft.adapter.Adapter;

/** Prediction as it is measured. */
final class Predicting {
    private Predicting() {}

    /** The method at its start, owned by the caller: what is learned does not change what is computed. */
    static Adapter start(Base base, TrainingPlan plan) {
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
