package dev.graft.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TensorSourceTest {
    private static final String EMPTY_TENSOR = "{\"a\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}";

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`version https://git-lfs.github.com/spec/v1\noid sha256:4d7a` | is a git-lfs pointer",
                "`<!DOCTYPE html><html>Sign in</html>`                        | is a web page",
                "`\uFEFF\n  <HTML><body>404</body></HTML>`                    | is a web page",
                "`<?xml version=\"1.0\"?><Error>AccessDenied</Error>`         | is a web page",
                "`PK\u0003\u0004 archive/data.pkl`                            | is broken or truncated (zip: ",
                "``                                                           | the file is empty",
            })
    void namesWhatLiesUnderAWeightsFileName(String content, String cause) throws IOException {
        Path file = FileBytes.write(directory.resolve("model.safetensors"), content.getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> TensorSource.open(file))
                .isInstanceOfSatisfying(
                        WeightsException.class, e -> assertThat(e.file()).isEqualTo(file))
                .hasMessageStartingWith(file + ": ")
                .hasMessageContaining(cause);
    }

    @Test
    void refusesADirectoryAndAMissingFile() {
        assertThatThrownBy(() -> TensorSource.open(directory))
                .isInstanceOf(WeightsException.class)
                .hasMessage(directory + ": is a directory; name the file in it, such as model.safetensors");
        Path missing = directory.resolve("nowhere.onnx");
        assertThatThrownBy(() -> TensorSource.open(missing))
                .isInstanceOf(WeightsException.class)
                .hasMessage(missing + ": no such file");
    }

    @Test
    void refusesAFileOfAnotherKind() throws IOException {
        Path file = FileBytes.write(directory.resolve("notes.txt"), "weights".getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> TensorSource.open(file))
                .isInstanceOf(WeightsException.class)
                .hasMessageContaining("is not a file of tensors");
    }

    @Test
    void tellsSafetensorsByContentNotByName() throws IOException {
        Path file = FileBytes.write(directory.resolve("weights"), FileBytes.safetensors(EMPTY_TENSOR, 0));
        try (TensorSource source = TensorSource.open(file)) {
            assertThat(source.contains("a")).isTrue();
            assertThat(source.file()).isEqualTo(file);
        }
    }

    @Test
    void takesNoHeaderLengthForAnotherFormatsFirstBytes() throws IOException {
        int zip = 0x4b50; // "PK"
        byte[] content = FileBytes.safetensors(EMPTY_TENSOR + " ".repeat(zip - EMPTY_TENSOR.length()), 0);
        try (TensorSource source = TensorSource.open(FileBytes.write(directory.resolve("weights"), content))) {
            assertThat(source.contains("a")).isTrue();
        }
    }

    @Test
    void readsOnForAllWhenOneReaderIsInterrupted() throws IOException {
        Path file = FileBytes.write(directory.resolve("a.safetensors"), FileBytes.safetensors(EMPTY_TENSOR, 0));
        try (TensorSource source = TensorSource.open(file)) {
            Thread.currentThread().interrupt();
            assertThat(source.bytes("a").remaining()).isZero();
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void namesWhatExistsWhereATensorDoesNot() throws IOException {
        Path file = FileBytes.write(directory.resolve("a.safetensors"), FileBytes.safetensors(EMPTY_TENSOR, 0));
        try (TensorSource source = TensorSource.open(file)) {
            assertThatThrownBy(() -> source.bytes("b"))
                    .isInstanceOf(WeightsException.class)
                    .hasMessageContaining("no tensor named 'b' among its 1, such as [a]");
        }
    }

    @Test
    void refusesToReadAfterClosing() throws IOException {
        Path file = FileBytes.write(directory.resolve("a.safetensors"), FileBytes.safetensors(EMPTY_TENSOR, 0));
        TensorSource source = TensorSource.open(file);
        source.close();
        assertThatThrownBy(() -> source.bytes("a"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(file + " is closed");
    }
}
