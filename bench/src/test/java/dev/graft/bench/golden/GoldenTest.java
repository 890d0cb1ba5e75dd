package dev.graft.bench.golden;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@code graft-bench golden} does, on the cases that must pass. */
class GoldenTest {
    private static final GoldenFolder SHARED = new GoldenFolder(Path.of("../../shared/golden"));
    private static final GoldenFolder CHECKED_IN = new GoldenFolder(Path.of("../graft-core/src/test/resources/golden"));

    private static final Golden GOLDEN_SHARED = new Golden(SHARED);
    private static final Golden GOLDEN_CHECKED_IN = new Golden(CHECKED_IN);

    @AfterAll
    static void close() {
        GOLDEN_SHARED.close();
        GOLDEN_CHECKED_IN.close();
    }

    static List<String> mustPass() throws IOException {
        try (InputStream list = GoldenTest.class.getResourceAsStream("/golden-cases.txt")) {
            return new String(Objects.requireNonNull(list).readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("mustPass")
    void passes(String name) {
        Assumptions.assumeTrue(Files.isDirectory(SHARED.root()), "skipped: golden is not in ../shared");
        assertThat(GOLDEN_SHARED.run(SHARED.named(name))).isInstanceOf(Verdict.Passed.class);
    }

    static List<GoldenCase> checkedIn() {
        return CHECKED_IN.cases();
    }

    @ParameterizedTest
    @MethodSource("checkedIn")
    void passesFromTheProjectAlone(GoldenCase golden) {
        assertThat(GOLDEN_CHECKED_IN.run(golden)).isInstanceOf(Verdict.Passed.class);
    }

    @Test
    void theProjectHasACaseOfEachSuiteThatIsBuilt() {
        assertThat(CHECKED_IN.cases())
                .extracting(GoldenCase::suite)
                .contains(Suite.BASE, Suite.PEFT, Suite.ADAPTERHUB, Suite.TRAJECTORY);
    }
}
