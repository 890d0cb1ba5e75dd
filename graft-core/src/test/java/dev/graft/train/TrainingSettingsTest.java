package dev.graft.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TrainingSettingsTest {
    @Test
    void eachChangeSetsWhatItNames() {
        TrainingSettings settings = TrainingSettings.DEFAULT
                .withEpochs(2)
                .withBatchSize(3)
                .withAccumulation(4)
                .withLearningRate(0.5)
                .withHeadLearningRate(0.6)
                .withWarmup(0.7)
                .withWeightDecay(0.8)
                .withClip(0.9)
                .withDropout(0.25)
                .withPatience(5)
                .withBalanced(true)
                .withSeed(6);

        assertThat(settings).isEqualTo(new TrainingSettings(2, 3, 4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.25, 5, true, 6));
        assertThat(settings.withSeed(TrainingSettings.DEFAULT.seed()).seed()).isEqualTo(42);
    }

    @Test
    void aValueOutOfRangeIsNamed() {
        assertThatThrownBy(() -> TrainingSettings.DEFAULT.withDropout(1)).hasMessage("dropout must be in [0, 1): 1.0");
        assertThatThrownBy(() -> TrainingSettings.DEFAULT.withEpochs(0)).hasMessage("epochs must be >= 1: 0");
    }
}
