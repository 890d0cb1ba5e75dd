package dev.graft.train;

import dev.graft.adapter.Adapter;
import dev.graft.data.LengthGroups;
import dev.graft.model.Backbone;
import dev.graft.model.Mode;
import dev.graft.task.Targets;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.RandomSource;
import dev.graft.tensor.Scope;
import dev.graft.tensor.StepGradients;
import dev.graft.tensor.Tensor;
import dev.graft.tensor.Workers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Trains an adapter: batches of like length, AdamW on a linear schedule, the dev rows judged after each epoch and the best
 * epoch kept. One seed gives the same tensors on the same machine, interrupted or not.
 *
 * <p>A trainer is used once, by one thread.
 */
public final class Trainer {
    private final Adapter adapter;
    private final Backbone backbone;
    private final TrainingSettings settings;
    private final TrainingListener listener;
    private final RandomSource random;

    /** @param adapter changed in place; stays the caller's */
    public Trainer(Adapter adapter, Backbone backbone, TrainingSettings settings, TrainingListener listener) {
        this.adapter = adapter;
        this.backbone = backbone;
        this.settings = settings;
        this.listener = listener;
        this.random = new RandomSource(settings.seed()).at("train");
    }

    /**
     * Rows that are encoded, and what they should come out as.
     *
     * @param texts the encoded rows
     * @param targets one per row
     */
    public record Data(Encoded texts, Targets targets) {}

    /**
     * Trains to the end, or until the listener asks to stop. At the end the adapter has the tensors of its best epoch, after a
     * stop its latest ones.
     *
     * @param checkpoints where the state is kept while it runs, and gone on from where there is one
     * @throws TrainingException where a loss is no number, or the checkpoint is another training's
     */
    public TrainingResult run(Data train, Data dev, Checkpoints checkpoints) {
        List<Parameter> held = adapter.held();
        Divergence divergence = new Divergence(backbone.dtype(), checkpoints);
        try (Optimizer optimizer = new Optimizer(adapter, backbone.architecture(), settings, divergence);
                BestTensors best = new BestTensors(adapter.parameters())) {
            Progress progress = checkpoints.restore(held, optimizer, best);
            int batchesPerEpoch = batches(train.texts(), settings, 0).size();
            LinearSchedule schedule = LinearSchedule.of(
                    settings.warmup(), (long) settings.epochs() * optimizer.stepsPerEpoch(batchesPerEpoch));
            while (!ended(progress)) {
                List<int[]> batches = batches(train.texts(), settings, progress.epoch);
                listener.epochStarted(progress.epoch + 1, progress.batchInEpoch, batches.size());
                while (progress.batchInEpoch < batches.size()) {
                    int[] rows = batches.get(progress.batchInEpoch);
                    boolean last = progress.batchInEpoch == batches.size() - 1;
                    int gathered = optimizer.batchesOfStep(progress.batchInEpoch, batches.size());
                    double loss = forwardAndBackward(train, rows, gathered, optimizer, progress, divergence);
                    optimizer.batchDone(last, schedule);
                    progress.batchDone(rows.length, loss);
                    listener.batchDone(rows.length, loss);
                    if (optimizer.betweenSteps() && listener.stopRequested()) {
                        checkpoints.save(held, optimizer, best, progress);
                        return result(progress, false);
                    }
                    checkpoints.saveIfDue(held, optimizer, best, progress, false);
                }
                double[][] outputs = Evaluator.outputs(adapter, backbone, dev.texts());
                double devLoss = devLoss(dev.targets(), outputs, progress, divergence);
                boolean better = progress.epochDone(dev.targets().score(outputs), devLoss);
                if (better) {
                    best.keep();
                }
                listener.epochDone(progress.epochs.getLast(), better);
                if (ended(progress)) {
                    // A resumed training need not train again where the adapter cannot be written.
                    checkpoints.save(held, optimizer, best, progress);
                } else {
                    checkpoints.saveIfDue(held, optimizer, best, progress, true);
                }
            }
            best.restore();
            return result(progress, true);
        }
    }

    private boolean ended(Progress progress) {
        return progress.epoch >= settings.epochs() || progress.outOfPatience(settings.patience());
    }

    /** The mean loss of all dev rows; the only one that sees what an epoch's last step did. */
    private double devLoss(Targets targets, double[][] outputs, Progress progress, Divergence divergence) {
        double[] flat = Arrays.stream(outputs).flatMapToDouble(Arrays::stream).toArray();
        int[] rows = IntStream.range(0, outputs.length).toArray();
        try (Scope scope = Scope.open()) {
            double value = targets.loss(Tensor.of(flat, rows.length, flat.length / rows.length), rows, false)
                    .item();
            if (!Double.isFinite(value)) {
                throw divergence.of(
                        "the loss on the dev rows became %s after epoch %d".formatted(value, progress.epoch + 1));
            }
            return value;
        }
    }

    /** The batches of an epoch, counted from 0, as row numbers: what a training with these settings runs through. */
    public static List<int[]> batches(Encoded texts, TrainingSettings settings, int epoch) {
        RandomSource order =
                new RandomSource(settings.seed()).at("train").at("epoch").at(epoch);
        return LengthGroups.shuffled(texts.lengths(), settings.batchSize(), order.numbers());
    }

    /** The parts of a batch that are computed side by side, as row numbers. */
    public static List<int[]> parts(Encoded texts, int[] batch, Backbone backbone) {
        int most = Workers.parts(batch.length, backbone.device());
        long width = backbone.architecture().hidden();
        return LengthGroups.parts(batch, most, row -> {
            long length = texts.get(row).length();
            // Attention's share: on a processor about as long as all else when there are half as many tokens as the
            // base is wide.
            return length * (width + 2 * length);
        });
    }

    /** Gives the optimizer one batch's share of the gradients of a step over so many batches, in parts side by side. */
    private double forwardAndBackward(
            Data train, int[] rows, int gathered, Optimizer optimizer, Progress progress, Divergence divergence) {
        RandomSource step = random.at(progress.epoch).at(progress.batchInEpoch);
        double whole = train.targets().weight(rows, settings.balanced());
        List<Supplier<Part>> parts = new ArrayList<>();
        for (int[] part : parts(train.texts(), rows, backbone)) {
            RandomSource masks = step.at(parts.size());
            parts.add(() -> part(train, part, whole, gathered, optimizer, masks));
        }
        double loss = 0;
        for (Part part : Workers.run(parts)) { // in order, so that the sums are always the same
            loss += part.loss();
            optimizer.gather(part.gradients());
        }
        if (!Double.isFinite(loss)) {
            throw divergence.of("the loss became %s in epoch %d, batch %d"
                    .formatted(loss, progress.epoch + 1, progress.batchInEpoch + 1));
        }
        return loss;
    }

    /** Some rows' share in the loss of their batch, and in its gradients. */
    private Part part(Data train, int[] rows, double whole, int gathered, Optimizer optimizer, RandomSource masks) {
        Tensor outputs = adapter.outputs(
                backbone, train.texts().batch(rows, backbone.device()), Mode.training(masks, settings.dropout()));
        double share = train.targets().weight(rows, settings.balanced()) / whole;
        Tensor loss = train.targets().loss(outputs, rows, settings.balanced()).times(share);
        return new Part(loss.item(), optimizer.gradientsOf(loss.times(1.0 / gathered)));
    }

    /** Closed where another part failed. */
    private record Part(double loss, StepGradients gradients) implements AutoCloseable {
        @Override
        public void close() {
            gradients.close();
        }
    }

    private static TrainingResult result(Progress progress, boolean finished) {
        return new TrainingResult(finished, List.copyOf(progress.epochs), progress.best, progress.rows);
    }
}
