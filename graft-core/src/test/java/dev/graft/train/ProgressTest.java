package dev.graft.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.graft.task.Metrics;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProgressTest {
    private final Progress progress = new Progress();

    @Test
    void patienceEndsWithTheLaterOfBestResultAndLowestLoss() {
        epoch(0.80, 0.72);
        epoch(0.77, 0.61);
        assertThat(progress.outOfPatience(2)).isFalse();
        epoch(0.77, 0.65);
        assertThat(progress.outOfPatience(2)).as("the loss fell an epoch ago").isFalse();
        epoch(0.77, 0.66);
        assertThat(progress.outOfPatience(2)).isTrue();
        assertThat(progress.best).isEqualTo(1);
    }

    @Test
    void aBetterResultIsAwaitedHoweverTheLossRises() {
        epoch(0.70, 0.5);
        epoch(0.71, 0.6);
        epoch(0.72, 0.7);
        assertThat(progress.outOfPatience(1)).isFalse();
        epoch(0.72, 0.8);
        assertThat(progress.outOfPatience(1)).isTrue();
    }

    @Test
    void noPatienceWaitsForever() {
        epoch(0.9, 0.1);
        epoch(0.8, 0.2);
        assertThat(progress.outOfPatience(0)).isFalse();
    }

    private void epoch(double accuracy, double devLoss) {
        progress.epochDone(new Metrics(Map.of(Metrics.ACCURACY, accuracy), Metrics.ACCURACY), devLoss);
    }
}
