package dev.graft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Commands that run out of memory or disk, or may not write, say so and leave what was there. */
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ScarcityTest extends CommandTest {
    /** Files may have this many blocks of 512 or 1,024 bytes: less than any adapter. */
    private static final String FULL_DISK = "-f 4";

    @Test
    @EnabledOnOs(OS.LINUX)
    void aFullDiskLeavesTheAdapterOfBefore() throws Exception {
        Path adapter = trained();
        Map<String, String> before = content(adapter);
        Result result = GraftProcess.limited(FULL_DISK)
                .run("train", "--base", base, "--data", data, "--out", adapter, "--epochs", "1");
        assertThat(result.err())
                .contains("error: ")
                .contains("checkpoint.safetensors: cannot be written: ")
                .contains("File too large; check the space left there")
                .doesNotContain("\tat ");
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(content(adapter)).isEqualTo(before);
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder("base", "films.csv", "adapter");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aFullDiskLeavesTheAnswersOfBefore() throws Exception {
        Path adapter = trained();
        Path many = write("many.csv", "text,label\n" + rows(1500));
        Path answers = write("answers.csv", "of before");
        Result result =
                GraftProcess.limited(FULL_DISK).run("predict", "--adapter", adapter, "--data", many, "--out", answers);
        assertThat(result.err())
                .contains("error: cannot write the answers to " + answers)
                .contains("File too large")
                .doesNotContain("\tat ");
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(answers).hasContent("of before");
        assertThat(folder.toFile().list())
                .containsExactlyInAnyOrder("base", "films.csv", "adapter", "many.csv", "answers.csv");
    }

    private static Map<String, String> content(Path directory) throws IOException {
        Map<String, String> content = new TreeMap<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                content.put(
                        file.getFileName().toString(),
                        new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
            }
        }
        return content;
    }

    /** The activations of one batch would take more than 8 GB, of which the process may have 6. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void aBatchThatDoesNotFitNamesWhatToLower() throws Exception {
        Path many = write("many.csv", "text,label\n" + rows(4000));
        Result result = GraftProcess.limited(
                        "-v 6000000",
                        "-Xmx200m",
                        "-XX:+UseSerialGC",
                        "-XX:ReservedCodeCacheSize=64m",
                        "-XX:CompressedClassSpaceSize=64m")
                .run(
                        "train",
                        "--base",
                        base,
                        "--data",
                        many,
                        "--method",
                        "houlsby:bottleneck=50000",
                        "--batch",
                        "4000",
                        "--out",
                        folder.resolve("adapter"));
        assertThat(result.err())
                .contains("error: out of memory (")
                .contains("lower --batch or --max-length")
                .doesNotContain("\tat ");
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder("base", "films.csv", "many.csv");
    }

    @Test
    void moreRowsThanTheHeapHoldsNamesWhatToRaise() throws Exception {
        Path many = write("many.csv", "text,label\n" + rows(400_000));
        Result result = new GraftProcess(List.of(), List.of("-Xmx24m", "-XX:+UseSerialGC"))
                .run("train", "--base", base, "--data", many, "--out", folder.resolve("adapter"));
        assertThat(result.err())
                .startsWith("error: out of memory (Java heap space); give fewer rows, or Java more memory by ")
                .doesNotContain("\tat ");
        assertThat(result.exitCode()).isEqualTo(1);
    }

    /** Where even the superuser may not write. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void aReadOnlyPlaceIsRefusedBeforeTraining() {
        Result result = train("--data", data, "--out", "/proc/adapter");
        assertThat(result.err())
                .startsWith("error: cannot write to /proc/adapter: ")
                .contains("choose another --out")
                .doesNotContain("\tat ");
        assertThat(result.out()).doesNotContain("epoch");
        assertThat(result.exitCode()).isEqualTo(1);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void answersIntoAReadOnlyPlaceAreRefused() {
        Result result = run("predict", "--adapter", trained(), "--out", "/proc/answers.csv", "good");
        assertThat(result.err())
                .startsWith("error: cannot write the answers to /proc/answers.csv: ")
                .doesNotContain("\tat ");
        assertThat(result.exitCode()).isEqualTo(1);
    }
}
