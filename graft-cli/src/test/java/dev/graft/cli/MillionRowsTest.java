package dev.graft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.graft.tensor.Scope;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** A file of 100,000 rows, or with {@code -Dgraft.million.rows=true} a million, is answered in a stream. */
class MillionRowsTest extends CommandTest {
    private static final int ROWS = Boolean.getBoolean("graft.million.rows") ? 1_000_000 : 100_000;
    private static final int PART = 10_000;
    private static final long MOST_GROWTH = 4 << 20;

    @Test
    void memoryIsFlatOverRows() throws IOException {
        Path adapter = trained();
        Path file = folder.resolve("rows.csv");
        String part = rows(PART);
        try (BufferedWriter rows = Files.newBufferedWriter(file)) {
            rows.write("text,label\n");
            for (int i = 0; i < ROWS / PART; i++) {
                rows.write(part);
            }
        }
        MemoryWatch watch = new MemoryWatch();
        StringWriter err = new StringWriter();
        int exitCode = Graft.commandLine(new PrintWriter(watch), new PrintWriter(err))
                .execute("predict", "--adapter", adapter.toString(), "--data", file.toString());
        assertThat(err.toString()).isEmpty();
        assertThat(exitCode).isZero();
        assertThat(watch.lines).isEqualTo(ROWS + 1);
        assertThat(watch.late.heap - watch.early.heap).as("growth of the heap").isLessThan(MOST_GROWTH);
        assertThat(watch.late.tensors).as("live native objects").isLessThanOrEqualTo(watch.early.tensors);
    }

    private record Memory(long heap, long tensors) {
        static Memory now() {
            System.gc();
            Runtime runtime = Runtime.getRuntime();
            return new Memory(runtime.totalMemory() - runtime.freeMemory(), Scope.liveObjects());
        }
    }

    /** Counts the lines of answers, and looks at the memory after a tenth of them and near the end. */
    private static final class MemoryWatch extends Writer {
        int lines;
        Memory early = new Memory(0, 0);
        Memory late = new Memory(0, 0);

        @Override
        public void write(char[] text, int offset, int length) {
            for (int i = offset; i < offset + length; i++) {
                if (text[i] == '\n') {
                    lines++;
                }
            }
        }

        @Override
        public void flush() {
            if (early.heap == 0 && lines > ROWS / 10) {
                early = Memory.now();
            } else if (late.heap == 0 && lines > ROWS * 0.95) {
                late = Memory.now();
            }
        }

        @Override
        public void close() {}
    }
}
