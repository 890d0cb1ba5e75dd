package dev.graft.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CacheSlotTest {
    @TempDir
    Path cache;

    private static boolean filled(Path folder) {
        return Files.exists(folder.resolve("a")) && Files.exists(folder.resolve("b"));
    }

    private static void write(Path work) throws IOException {
        Files.writeString(work.resolve("a"), "a");
        Files.writeString(work.resolve("b"), "b");
    }

    @Test
    void aFailureLeavesNoFolder() {
        CacheSlot slot = new CacheSlot(cache.resolve("x"));
        assertThatThrownBy(() -> slot.fill(() -> filled(slot.folder()), work -> {
                    Files.writeString(work.resolve("a"), "a");
                    throw new IOException("disk full");
                }))
                .isInstanceOf(HubException.class)
                .hasMessageContaining("disk full")
                .hasMessageContaining("GRAFT_CACHE");
        assertThat(slot.folder()).doesNotExist();

        slot.fill(() -> filled(slot.folder()), CacheSlotTest::write);
        assertThat(slot.folder().resolve("b")).hasContent("b");
    }

    @Test
    void replacesAFolderThatLacksAFile() throws Exception {
        CacheSlot slot = new CacheSlot(cache.resolve("x"));
        Files.createDirectories(slot.folder().resolve("inner"));
        Files.writeString(slot.folder().resolve("inner/old"), "old");

        slot.fill(() -> filled(slot.folder()), CacheSlotTest::write);

        assertThat(slot.folder().resolve("inner")).doesNotExist();
        assertThat(filled(slot.folder())).isTrue();
    }

    @Test
    void manyThreadsFillOnce() throws Exception {
        AtomicInteger fills = new AtomicInteger();
        try (var threads = Executors.newFixedThreadPool(8)) {
            for (var done : threads.invokeAll(Collections.nCopies(16, () -> {
                CacheSlot slot = new CacheSlot(cache.resolve("x"));
                slot.fill(() -> filled(slot.folder()), work -> {
                    fills.incrementAndGet();
                    write(work);
                });
                return filled(slot.folder());
            }))) {
                assertThat(done.get()).isEqualTo(true);
            }
        }
        assertThat(fills).hasValue(1);
    }

    @Test
    void aSecondProcessWaitsAndFindsTheFolderFilled() throws Exception {
        CacheSlot slot = new CacheSlot(cache.resolve("x"));
        AtomicReference<Process> other = new AtomicReference<>();
        slot.fill(() -> filled(slot.folder()), work -> {
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            Other.class.getName(),
                            slot.folder().toString())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            other.set(process);
            assertThat(process.inputReader(StandardCharsets.UTF_8).readLine()).isEqualTo("asks");
            write(work);
        });
        try (BufferedReader lines = other.get().inputReader(StandardCharsets.UTF_8)) {
            assertThat(lines.readLine()).isEqualTo("found");
        }
        assertThat(other.get().waitFor()).isZero();
    }

    /** The second process: it would say that it filled the folder. */
    static final class Other {
        public static void main(String[] arguments) {
            CacheSlot slot = new CacheSlot(Path.of(arguments[0]));
            System.out.println("asks");
            slot.fill(() -> filled(slot.folder()), work -> System.out.println("fills"));
            System.out.println("found");
        }
    }
}
