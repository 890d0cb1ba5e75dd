package dev.graft.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.graft.Base;
import dev.graft.Training;
import dev.graft.TrainingPlan;
import dev.graft.data.Row;
import dev.graft.tensor.Device;
import dev.graft.tensor.Precision;
import dev.graft.testing.TinyBase;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A training whose numbers leave the range ends with the reason, and gives no adapter. */
class FaultyTrainingTest {
    @TempDir
    Path folder;

    private void train(Precision precision, TrainingSettings settings) throws IOException {
        List<Row> rows = IntStream.range(0, 40)
                .mapToObj(i -> new Row(i + 2, (i % 2 == 0 ? "good " : "bad ") + i, null, i % 2 == 0 ? "yes" : "no"))
                .toList();
        try (Base base = Base.open(TinyBase.write(folder.resolve("base"), 3), precision, Device.CPU);
                Training training = base.prepare(TrainingPlan.of(rows).withSettings(settings))) {
            training.run(TrainingListener.SILENT, folder.resolve("adapter")).close();
        }
    }

    private static TrainingSettings settings(int batchSize) {
        return TrainingSettings.DEFAULT
                .withEpochs(1)
                .withBatchSize(batchSize)
                .withLearningRate(1e30)
                .withWarmup(0)
                .withSeed(7);
    }

    @Test
    void aLossThatOverflowsInBfloat16PointsAtTheWiderType() {
        assertThatThrownBy(() -> train(Precision.BF16, settings(4)))
                .isInstanceOf(TrainingException.class)
                .hasMessageMatching(
                        "(?s)the loss became (NaN|-?Infinity) in epoch 1, batch \\d+; lower --lr, or train in"
                                + " --dtype fp32.*");
        assertThat(folder.resolve("adapter")).doesNotExist();
    }

    @Test
    void aLastStepThatOverflowsIsNotTakenForAnAdapter() {
        assertThatThrownBy(() -> train(Precision.FP32, settings(100)))
                .isInstanceOf(TrainingException.class)
                .hasMessageMatching("the loss on the dev rows became (NaN|-?Infinity) after epoch 1; lower --lr");
        assertThat(folder.resolve("adapter")).doesNotExist();
    }
}
