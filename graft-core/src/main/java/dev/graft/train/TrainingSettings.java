package dev.graft.train;

import dev.graft.method.Method;
import dev.graft.model.Architecture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How to train. A rate that is null is the method's own. Start from {@link #DEFAULT} and change what should differ:
 * {@code TrainingSettings.DEFAULT.withEpochs(4).withBatchSize(16)}.
 *
 * @param epochs the most passes over the training rows
 * @param batchSize rows per step
 * @param accumulation batches whose gradients make one step
 * @param learningRate the peak rate of the deltas; null for the method's own
 * @param headLearningRate the peak rate of the head; null to keep the method's own ratio to
 *     {@code learningRate}
 * @param warmup the share of all steps over which the rate rises to its peak, before it falls to zero on a line
 * @param weightDecay what a step of rate 1 takes off the tensors that decay
 * @param clip the largest common norm of all gradients
 * @param dropout the share of activations that the frozen base drops in training
 * @param patience epochs with neither a better result nor a lower loss on the dev rows before training stops; 0 for never
 * @param balanced whether rare labels weigh more
 * @param seed decides first values, the order of rows, and dropout
 */
public record TrainingSettings(
        int epochs,
        int batchSize,
        int accumulation,
        @Nullable Double learningRate,
        @Nullable Double headLearningRate,
        double warmup,
        double weightDecay,
        double clip,
        double dropout,
        int patience,
        boolean balanced,
        long seed) {
    public static final TrainingSettings DEFAULT =
            new TrainingSettings(10, 32, 1, null, null, 0.06, 0.01, 1, 0, 3, false, 42);

    public TrainingSettings {
        require(epochs >= 1, "epochs must be >= 1", epochs);
        require(batchSize >= 1, "batch must be >= 1", batchSize);
        require(accumulation >= 1, "accumulation must be >= 1", accumulation);
        require(learningRate == null || learningRate > 0, "lr must be > 0", learningRate);
        require(headLearningRate == null || headLearningRate > 0, "head lr must be > 0", headLearningRate);
        require(warmup >= 0 && warmup < 1, "warmup must be in [0, 1)", warmup);
        require(weightDecay >= 0, "weight decay must be >= 0", weightDecay);
        require(clip > 0, "clip must be > 0", clip);
        require(dropout >= 0 && dropout < 1, "dropout must be in [0, 1)", dropout);
        require(patience >= 0, "patience must be >= 0", patience);
    }

    private static void require(boolean holds, String message, @Nullable Object value) {
        if (!holds) {
            throw new IllegalArgumentException(message + ": " + value);
        }
    }

    /** The peak rate of a method's deltas on a base. */
    public double deltaRate(Method method, Architecture base) {
        return learningRate != null ? learningRate : method.learningRate(base);
    }

    /** The peak rate of the head beside a method's deltas on a base. */
    public double headRate(Method method, Architecture base) {
        double ratio = method.headLearningRate(base) / method.learningRate(base);
        return headLearningRate != null ? headLearningRate : deltaRate(method, base) * ratio;
    }

    public TrainingSettings withEpochs(int value) {
        return changed(draft -> draft.epochs = value);
    }

    public TrainingSettings withBatchSize(int value) {
        return changed(draft -> draft.batchSize = value);
    }

    public TrainingSettings withAccumulation(int value) {
        return changed(draft -> draft.accumulation = value);
    }

    public TrainingSettings withLearningRate(double value) {
        return changed(draft -> draft.learningRate = value);
    }

    public TrainingSettings withHeadLearningRate(double value) {
        return changed(draft -> draft.headLearningRate = value);
    }

    public TrainingSettings withWarmup(double value) {
        return changed(draft -> draft.warmup = value);
    }

    public TrainingSettings withWeightDecay(double value) {
        return changed(draft -> draft.weightDecay = value);
    }

    public TrainingSettings withClip(double value) {
        return changed(draft -> draft.clip = value);
    }

    public TrainingSettings withDropout(double value) {
        return changed(draft -> draft.dropout = value);
    }

    public TrainingSettings withPatience(int value) {
        return changed(draft -> draft.patience = value);
    }

    public TrainingSettings withBalanced(boolean value) {
        return changed(draft -> draft.balanced = value);
    }

    public TrainingSettings withSeed(long value) {
        return changed(draft -> draft.seed = value);
    }

    /** The same settings but for what a change sets. */
    private TrainingSettings changed(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return draft.settings();
    }

    /** Settings while one of them is changed, so that each change names nothing but what it changes. */
    private static final class Draft {
        private int epochs;
        private int batchSize;
        private int accumulation;
        private @Nullable Double learningRate;
        private @Nullable Double headLearningRate;
        private double warmup;
        private double weightDecay;
        private double clip;
        private double dropout;
        private int patience;
        private boolean balanced;
        private long seed;

        Draft(TrainingSettings from) {
            epochs = from.epochs;
            batchSize = from.batchSize;
            accumulation = from.accumulation;
            learningRate = from.learningRate;
            headLearningRate = from.headLearningRate;
            warmup = from.warmup;
            weightDecay = from.weightDecay;
            clip = from.clip;
            dropout = from.dropout;
            patience = from.patience;
            balanced = from.balanced;
            seed = from.seed;
        }

        TrainingSettings settings() {
            return new TrainingSettings(
                    epochs,
                    batchSize,
                    accumulation,
                    learningRate,
                    headLearningRate,
                    warmup,
                    weightDecay,
                    clip,
                    dropout,
                    patience,
                    balanced,
                    seed);
        }
    }
}
