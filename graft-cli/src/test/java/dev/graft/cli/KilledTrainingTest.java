package dev.graft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A training that is killed again and again comes to the same end. Three kills take a few seconds; {@code -Dgraft.kills=20}
 * asks for more.
 */
class KilledTrainingTest extends CommandTest {
    private static final int KILLS = Integer.getInteger("graft.kills", 3);
    private static final int EPOCHS = 40;
    private static final int KILLED = 137;
    private static final String TENSORS = "adapter_model.safetensors";

    private final SplittableRandom random = new SplittableRandom(20);

    private Object[] training(Path out) {
        return new Object[] {
            "train",
            "--base",
            base,
            "--batch",
            "8",
            "--data",
            data,
            "--epochs",
            EPOCHS,
            "--patience",
            "0",
            "--out",
            out,
            "--resume"
        };
    }

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void goesOnToTheSameBytesHoweverOftenItIsKilled() throws Exception {
        Path whole = folder.resolve("whole");
        assertThat(run(training(whole)).exitCode()).isZero();
        Path out = folder.resolve("adapter");
        int ended = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            int exitCode = killOnce(out);
            assertThat(exitCode).isIn(0, KILLED);
            if (exitCode == 0) {
                ended++;
                assertSameTensors(out, whole);
            }
            assertLoadsOrIsAbsent(out);
        }
        assertThat(run(training(out)).exitCode()).isZero();
        assertSameTensors(out, whole);
        assertThat(ended).as("trainings that ended before they were killed").isLessThan(KILLS);
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder("base", "films.csv", "whole", "adapter");
    }

    /** Kills a training, or what is left of it, after some of its epochs; gives the exit code. */
    private int killOnce(Path out) throws IOException, InterruptedException {
        Process process = GraftProcess.plain().start(training(out));
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            awaitEpochs(1 + random.nextInt(EPOCHS / 2), lines);
            process.waitFor(random.nextInt(30_000), TimeUnit.MICROSECONDS);
        } finally {
            process.destroyForcibly();
        }
        return process.waitFor();
    }

    private static void awaitEpochs(int epochs, BufferedReader lines) throws IOException {
        int left = epochs;
        String line = lines.readLine();
        while (line != null) {
            left -= line.startsWith("epoch") ? 1 : 0;
            if (left == 0) {
                return;
            }
            line = lines.readLine();
        }
    }

    @Test
    @Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void refusesASecondProcessAsLongAsTheFirstLives() throws Exception {
        Path out = folder.resolve("adapter");
        Object[] endless = training(out);
        endless[List.of(endless).indexOf("--epochs") + 1] = 1_000_000;
        Process first = GraftProcess.plain().start(endless);
        try (BufferedReader lines = first.inputReader(StandardCharsets.UTF_8)) {
            awaitEpochs(2, lines);
            Result refused = run(training(out));
            assertThat(refused.err()).startsWith("error: another training into " + out + " is running");
            assertThat(refused.exitCode()).isEqualTo(1);
        } finally {
            first.destroyForcibly();
        }
        assertThat(first.waitFor()).isEqualTo(KILLED);
        Result freed = run(training(out));
        assertThat(freed.err()).contains("checkpoint of a training with other data or settings");
    }

    private void assertLoadsOrIsAbsent(Path out) {
        if (Files.exists(out)) {
            assertThat(run("predict", "--adapter", out, "the good film").err()).isEmpty();
        }
    }

    private static void assertSameTensors(Path out, Path whole) {
        assertThat(out.resolve(TENSORS)).hasSameBinaryContentAs(whole.resolve(TENSORS));
    }
}
