package dev.graft.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CheckpointsTest {
    /** Seconds since the last one and that it took; whether the next is due after a batch, and after an epoch. */
    @ParameterizedTest
    @CsvSource({
        "1, 0, false, true", // the first one: after an epoch
        "29, 0, false, true",
        "31, 0, true, true",
        "31, 1, true, true",
        "21, 1, false, true", // it took a second: at most one in twenty seconds
        "19, 1, false, false",
        "100, 10, false, false", // a slow one
        "201, 10, true, true",
        "599, 180, false, false", // one of a disk that stalled
        "601, 180, true, true"
    })
    void areWrittenWhenTheirTimeIsLittleOfTheTraining(
            long since, long lastTook, boolean afterBatch, boolean afterEpoch) {
        assertThat(Checkpoints.due(Duration.ofSeconds(since), Duration.ofSeconds(lastTook), false))
                .isEqualTo(afterBatch);
        assertThat(Checkpoints.due(Duration.ofSeconds(since), Duration.ofSeconds(lastTook), true))
                .isEqualTo(afterEpoch);
    }
}
