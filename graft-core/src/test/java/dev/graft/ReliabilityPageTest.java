package dev.graft;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Each promise in {@code docs/reliability.md} names a test that exists. */
class ReliabilityPageTest {
    private static final Pattern ROW = Pattern.compile("(?m)^\\| (?!fault).*\\|([^|]*)\\|$");
    private static final Pattern REFERENCE = Pattern.compile("(\\w+Test)#(\\w+)");

    @Test
    void everyTestThatIsNamedExists() throws IOException {
        String page = Files.readString(Path.of("../docs/reliability.md"));
        assertThat(ROW.matcher(page).results().map(row -> row.group(1)))
                .hasSizeGreaterThan(40)
                .allSatisfy(tests -> assertThat(tests).containsPattern(REFERENCE));
        List<Path> sources = testSources();
        for (MatchResult reference : REFERENCE.matcher(page).results().toList()) {
            String file = reference.group(1) + ".java";
            assertThat(sources)
                    .as(reference.group())
                    .anySatisfy(source -> assertThat(source)
                            .hasFileName(file)
                            .content()
                            .contains("void " + reference.group(2) + "("));
        }
    }

    private static List<Path> testSources() throws IOException {
        try (Stream<Path> core = Files.walk(Path.of("src/test/java"));
                Stream<Path> cli = Files.walk(Path.of("../graft-cli/src/test/java"))) {
            return Stream.concat(core, cli)
                    .filter(file -> file.toString().endsWith("Test.java"))
                    .toList();
        }
    }
}
