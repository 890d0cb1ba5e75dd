package dev.graft.train;

import dev.graft.adapter.Adapter;
import dev.graft.model.Architecture;
import dev.graft.tensor.AdamW;
import dev.graft.tensor.StepGradients;
import dev.graft.tensor.Tensor;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** AdamW over an adapter: deltas and head with rates of their own, one norm for clipping, gradients gathered over batches. */
final class Optimizer implements AutoCloseable {
    private final AdamW adam;
    private final TrainingSettings settings;
    private final Divergence divergence;
    private @Nullable StepGradients gathered;
    private int batches;

    Optimizer(Adapter adapter, Architecture base, TrainingSettings settings, Divergence divergence) {
        this.settings = settings;
        this.divergence = divergence;
        adam = AdamW.ofGroups(
                List.of(
                        new AdamW.Group(adapter.deltas().parameters(), settings.deltaRate(adapter.method(), base)),
                        new AdamW.Group(adapter.head().parameters(), settings.headRate(adapter.method(), base))),
                AdamW.Settings.DEFAULT.withWeightDecay(settings.weightDecay()));
    }

    long stepsPerEpoch(int batchesPerEpoch) {
        return Math.ceilDiv(batchesPerEpoch, settings.accumulation());
    }

    /** How many batches make the step that a batch, counted from 0, belongs to; an epoch's last step may have fewer. */
    int batchesOfStep(int batch, int batchesPerEpoch) {
        int first = batch - batch % settings.accumulation();
        return Math.min(settings.accumulation(), batchesPerEpoch - first);
    }

    /** The gradients of some rows' share of a step, for {@link #gather}; the caller's until then. Any thread may ask. */
    StepGradients gradientsOf(Tensor loss) {
        return adam.gradientsOf(loss);
    }

    /** Takes over some rows' share of the gradients of the step under way. */
    void gather(StepGradients gradients) {
        if (gathered == null) {
            gathered = gradients;
        } else {
            try (gradients) {
                gathered.add(gradients);
            }
        }
    }

    /** Takes a step once enough batches gave their gradients, or the epoch has no more. */
    void batchDone(boolean lastOfEpoch, LinearSchedule schedule) {
        batches++;
        if (batches < settings.accumulation() && !lastOfEpoch) {
            return;
        }
        StepGradients sum = Objects.requireNonNull(gathered);
        double norm = sum.clip(settings.clip());
        if (!Double.isFinite(norm)) {
            throw divergence.of("the gradients became %s in step %d".formatted(norm, adam.steps() + 1));
        }
        adam.step(schedule.at(adam.steps()), sum);
        forget();
    }

    private void forget() {
        if (gathered != null) {
            gathered.close();
            gathered = null;
        }
        batches = 0;
    }

    boolean betweenSteps() {
        return gathered == null;
    }

    List<AdamW.Moments> moments() {
        return adam.moments();
    }

    long steps() {
        return adam.steps();
    }

    void resumeAt(long steps) {
        adam.resumeAt(steps);
    }

    @Override
    public void close() {
        forget();
        adam.close();
    }
}
