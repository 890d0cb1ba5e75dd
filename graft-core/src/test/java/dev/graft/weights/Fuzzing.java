package dev.graft.weights;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assertions;

/** What every fuzzed reader owes: all of a file's tensors, or a {@link WeightsException}; any other outcome fails the test. */
final class Fuzzing {
    private Fuzzing() {}

    static void readOrRefuse(String fileName, byte[] content) throws IOException {
        Path directory = Files.createTempDirectory("fuzz");
        Path file = directory.resolve(fileName);
        Path bundleValues = directory.resolve("bundle.data-00000-of-00001");
        try {
            FileBytes.write(bundleValues, new byte[64]);
            readOrRefuse(FileBytes.write(file, content));
        } finally {
            Files.deleteIfExists(file);
            Files.deleteIfExists(bundleValues);
            Files.delete(directory);
        }
    }

    private static void readOrRefuse(Path file) {
        try (TensorSource source = TensorSource.open(file)) {
            for (TensorInfo info : source.tensors()) {
                Assertions.assertEquals(
                        info.byteSize(), source.bytes(info.name()).remaining());
            }
        } catch (WeightsException refused) {
            Assertions.assertEquals(0, String.valueOf(refused.getMessage()).indexOf(refused.file() + ": "));
        }
    }
}
