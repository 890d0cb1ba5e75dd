package dev.graft.train;

import dev.graft.adapter.Adapter;
import dev.graft.model.Architecture;
import dev.graft.tensor.AdamW;
import dev.graft.tensor.Parameter;
import java.util.List;
import java.util.stream.Stream;

/** AdamW over an adapter: deltas and head with rates of their own, one norm for clipping, gradients gathered over batches. */
final class Optimizer implements AutoCloseable {
    private final List<Parameter> parameters;
    private final AdamW deltas;
    private final AdamW head;
    private final double deltaRate;
    private final double headRate;
    private final TrainingSettings settings;
    private final Divergence divergence;
    private int gathered;

    Optimizer(Adapter adapter, Architecture base, TrainingSettings settings, Divergence divergence) {
        this.settings = settings;
        this.divergence = divergence;
        parameters = adapter.parameters();
        AdamW.Settings adam = AdamW.Settings.DEFAULT.withWeightDecay(settings.weightDecay());
        deltas = new AdamW(adapter.deltas().parameters(), adam);
        head = new AdamW(adapter.head().parameters(), adam);
        deltaRate = settings.deltaRate(adapter.method(), base);
        headRate = settings.headRate(adapter.method(), base);
    }

    long stepsPerEpoch(int batches) {
        return Math.ceilDiv(batches, settings.accumulation());
    }

    /** How many batches make the step that a batch, counted from 0, belongs to; an epoch's last step may have fewer. */
    int batchesOfStep(int batch, int batches) {
        int first = batch - batch % settings.accumulation();
        return Math.min(settings.accumulation(), batches - first);
    }

    /** Takes a step once enough batches gave their gradients, or the epoch has no more. */
    void batchDone(boolean lastOfEpoch, LinearSchedule schedule) {
        gathered++;
        if (gathered < settings.accumulation() && !lastOfEpoch) {
            return;
        }
        gathered = 0;
        double share = schedule.at(deltas.steps());
        double norm = AdamW.clipGradients(parameters, settings.clip());
        if (!Double.isFinite(norm)) {
            throw divergence.of("the gradients became %s in step %d".formatted(norm, deltas.steps() + 1));
        }
        deltas.step(deltaRate * share);
        head.step(headRate * share);
        parameters.forEach(Parameter::clearGradient);
    }

    boolean betweenSteps() {
        return gathered == 0;
    }

    Stream<AdamW.Moments> moments() {
        return Stream.concat(deltas.moments().stream(), head.moments().stream());
    }

    long steps() {
        return deltas.steps();
    }

    void resumeAt(long steps) {
        deltas.resumeAt(steps);
        head.resumeAt(steps);
    }

    @Override
    public void close() {
        deltas.close();
        head.close();
    }
}
