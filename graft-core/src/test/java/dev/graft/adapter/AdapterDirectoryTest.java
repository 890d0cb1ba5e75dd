package dev.graft.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.graft.tensor.Tensor;
import dev.graft.weights.SafetensorsWriter;
import dev.graft.weights.WeightsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The exchange of directories, stopped after each of its steps. */
class AdapterDirectoryTest {
    @TempDir
    Path folder;

    private Path target() {
        return folder.resolve("adapter");
    }

    private static void write(Path directory, String content) throws IOException {
        Files.createDirectories(directory);
        Files.writeString(directory.resolve(AdapterCard.FILE), content);
    }

    private void exchangeFor(String content) {
        new AdapterDirectory(target()).write(fresh -> write(fresh, content));
    }

    private void assertAloneWith(String content) {
        assertThat(target().resolve(AdapterCard.FILE)).hasContent(content);
        assertThat(folder.toFile().list()).containsExactly("adapter");
    }

    @Test
    void killedWhileTheFirstOneIsWritten() throws IOException {
        write(folder.resolve(".adapter.new"), "half");
        new AdapterDirectory(target()).mend();
        assertThat(target()).doesNotExist();
        exchangeFor("new");
        assertAloneWith("new");
    }

    @Test
    void killedWhileTheNextOneIsWritten() throws IOException {
        write(target(), "before");
        write(folder.resolve(".adapter.new"), "half");
        new AdapterDirectory(target()).mend();
        assertThat(target().resolve(AdapterCard.FILE)).hasContent("before");
        exchangeFor("new");
        assertAloneWith("new");
    }

    @Test
    void killedAfterTheOldOneWasSetAside() throws IOException {
        write(folder.resolve(".adapter.old"), "before");
        write(folder.resolve(".adapter.new"), "new");
        new AdapterDirectory(target()).mend();
        assertAloneWith("new");
    }

    @Test
    void killedBeforeTheOldOneWasDeleted() throws IOException {
        write(target(), "new");
        write(folder.resolve(".adapter.old"), "before");
        new AdapterDirectory(target()).mend();
        assertThat(target().resolve(AdapterCard.FILE)).hasContent("new");
        exchangeFor("newest");
        assertAloneWith("newest");
    }

    @Test
    void anOldOneLeftBehindIsGoneBeforeTheNextIsWritten() throws IOException {
        write(target(), "new");
        write(folder.resolve(".adapter.old"), "before");
        new AdapterDirectory(target()).write(fresh -> {
            assertThat(folder.resolve(".adapter.old")).doesNotExist();
            write(fresh, "newest");
        });
        assertAloneWith("newest");
    }

    @Test
    void readingMends() throws IOException {
        write(folder.resolve(".adapter.old"), "{}");
        assertThatThrownBy(() -> AdapterCard.read(target()))
                .isInstanceOf(AdapterException.class)
                .hasMessageContaining("not a description of an adapter");
        assertAloneWith("{}");
    }

    @Test
    void aWriteThatFailsLeavesTheOldOneAndNothingElse() throws IOException {
        write(target(), "before");
        assertThatThrownBy(() -> new AdapterDirectory(target()).write(fresh -> {
                    write(fresh, "half");
                    throw new IOException("No space left on device");
                }))
                .isInstanceOf(AdapterException.class)
                .hasMessageContaining(target() + ": cannot write the adapter: ")
                .hasMessageContaining("No space left on device; the adapter that was there, if any, is untouched");
        assertAloneWith("before");
    }

    @Test
    void tensorsThatCannotBeWrittenLeaveTheOldOneAndNothingElse() throws IOException {
        write(target(), "before");
        assertThatThrownBy(() -> new AdapterDirectory(target())
                        .write(fresh -> SafetensorsWriter.write(
                                fresh.resolve("missing/adapter_model.safetensors"),
                                Map.<String, Tensor>of(),
                                Map.of())))
                .isInstanceOf(AdapterException.class)
                .hasCauseInstanceOf(WeightsException.class)
                .hasMessageContaining("adapter_model.safetensors: cannot be written");
        assertAloneWith("before");
    }

    @Test
    void aUsersOwnFileBesideTheAdapterIsNotDeleted() throws IOException {
        write(target(), "before");
        Files.writeString(target().resolve("notes.txt"), "mine");
        assertThatThrownBy(() -> exchangeFor("new"))
                .isInstanceOf(AdapterException.class)
                .hasMessageContaining("would be lost: notes.txt; move them, or choose another directory");
        assertThat(target().resolve("notes.txt")).hasContent("mine");
        assertThat(target().resolve(AdapterCard.FILE)).hasContent("before");
    }

    @Test
    void anAdapterThatGraftDidNotWriteIsNotDeleted() throws IOException {
        Path config = Files.createDirectories(target()).resolve(AdapterWriter.PEFT_CONFIG);
        Files.writeString(config, "{}");
        assertThatThrownBy(() -> exchangeFor("new"))
                .isInstanceOf(AdapterException.class)
                .hasMessageContaining("not of a Graft adapter and would be lost: adapter_config.json");
        assertThat(config).hasContent("{}");
    }
}
