package dev.graft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.graft.testing.Bases;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's first command on the real default base, for one epoch. */
class TicketsTest {
    private static final Path EXAMPLES = Path.of("../examples");

    @TempDir
    Path folder;

    @Test
    void learnsTheExampleTickets() throws IOException {
        Bases.require("minilm");
        Path adapter = folder.resolve("tickets");
        CommandTest.Result trained = CommandTest.run(
                "train", "--data", EXAMPLES.resolve("tickets.csv"), "--out", adapter, "--epochs", "2", "--json");
        assertThat(trained.err()).contains("299,904");
        assertThat(trained.json().path("dev").path("metrics").path("accuracy").asDouble())
                .isGreaterThan(0.4);
        CommandTest.Result judged =
                CommandTest.run("eval", "--adapter", adapter, "--data", EXAMPLES.resolve("tickets-test.csv"), "--json");
        assertThat(judged.json().path("metrics").path("accuracy").asDouble()).isGreaterThan(0.4);
    }
}
