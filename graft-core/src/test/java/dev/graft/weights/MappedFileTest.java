package dev.graft.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MappedFileTest {
    @TempDir
    Path directory;

    @Test
    void readsEveryRangeWhereverItsWindowsEnd() throws IOException {
        byte[] content = FileBytes.countingUp(24);
        MappedFile file = MappedFile.open(FileBytes.write(directory.resolve("f"), content), 8);
        for (int from = 0; from <= content.length; from++) {
            for (int to = from; to <= content.length; to++) {
                assertThat(FileBytes.array(file.bytes(from, to - from)))
                        .as("[%d, %d)", from, to)
                        .isEqualTo(Arrays.copyOfRange(content, from, to));
            }
        }
    }

    @Test
    void refusesAnEmptyFile() throws IOException {
        Path empty = FileBytes.write(directory.resolve("empty"), new byte[0]);
        assertThatThrownBy(() -> MappedFile.open(empty))
                .isInstanceOf(WeightsException.class)
                .hasMessageContaining("the file is empty");
    }
}
