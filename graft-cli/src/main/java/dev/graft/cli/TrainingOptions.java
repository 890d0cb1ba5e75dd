package dev.graft.cli;

import dev.graft.TrainingPlan;
import dev.graft.train.TrainingSettings;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** How to train. */
final class TrainingOptions {
    private static final TrainingSettings DEFAULT = TrainingSettings.DEFAULT;

    @Option(names = "--epochs", paramLabel = "N", description = "The most passes over the rows (10).")
    private int epochs = DEFAULT.epochs();

    @Option(names = "--batch", paramLabel = "N", description = "Rows per step (32).")
    private int batch = DEFAULT.batchSize();

    @Option(names = "--lr", paramLabel = "X", description = "The peak learning rate (the method's own).")
    private @Nullable Double lr;

    @Option(names = "--seed", paramLabel = "N", description = "Decides first values, order and dropout (42).")
    private long seed = DEFAULT.seed();

    @Option(
            names = "--patience",
            paramLabel = "N",
            description = "Epochs without a better dev result or a lower dev loss before it stops; 0 for never (3).")
    private int patience = DEFAULT.patience();

    @Option(names = "--class-weights", description = "Let rare labels weigh as much as frequent ones.")
    private boolean classWeights;

    @Option(
            names = "--max-length",
            paramLabel = "N",
            description = "The longest text in tokens, longer ones are cut (256, or what the base can take).")
    private @Nullable Integer maxLength;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @SuppressWarnings("NullAway.Init") // picocli fills in the specification
    TrainingOptions() {}

    TrainingSettings settings() {
        return Failures.checked(spec, () -> {
            TrainingSettings settings = DEFAULT.withEpochs(epochs)
                    .withBatchSize(batch)
                    .withPatience(patience)
                    .withBalanced(classWeights)
                    .withSeed(seed);
            return lr == null ? settings : settings.withLearningRate(lr);
        });
    }

    /** @param positions how many tokens the base can take */
    int maxLength(int positions) {
        if (maxLength == null) {
            return Math.min(TrainingPlan.DEFAULT_MAX_LENGTH, positions);
        }
        if (maxLength > positions) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--max-length must be at most %d with this base: %d".formatted(positions, maxLength));
        }
        return maxLength;
    }
}
