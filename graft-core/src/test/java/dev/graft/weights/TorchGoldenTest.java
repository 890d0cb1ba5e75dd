package dev.graft.weights;

import static org.assertj.core.api.Assertions.assertThat;

import dev.graft.testing.Shared;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What AdapterHub really wrote with torch.save, against the same tensors as safetensors. */
class TorchGoldenTest {
    private static final Path GOLDEN = Shared.require("golden/adapterhub");

    static List<Path> cases() throws IOException {
        try (Stream<Path> files = Files.walk(GOLDEN)) {
            return files.filter(file -> file.endsWith("all_keys.safetensors"))
                    .map(GOLDEN::relativize)
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void everyKeyHasTheSameValues(Path name) {
        Path keys = GOLDEN.resolve(name);
        try (TensorSource expected = TensorSource.open(keys);
                TensorSource torch = TensorSource.open(keys.resolveSibling("pytorch_adapter.bin"))) {
            assertThat(torch.tensors()).containsExactlyInAnyOrderElementsOf(expected.tensors());
            for (TensorInfo info : expected.tensors()) {
                assertThat(torch.bytes(info.name())).as(info.name()).isEqualTo(expected.bytes(info.name()));
            }
        }
    }
}
