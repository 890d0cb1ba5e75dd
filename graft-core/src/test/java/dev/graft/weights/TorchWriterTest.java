package dev.graft.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.graft.tensor.DType;
import dev.graft.tensor.Scope;
import dev.graft.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TorchWriterTest {
    @TempDir
    Path directory;

    @Test
    void whatIsWrittenIsReadBack() {
        Path file = directory.resolve("pytorch_adapter.bin");
        try (Scope scope = Scope.open()) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            tensors.put("matrix", Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3));
            // A view with strides of its own is written in row-major order.
            tensors.put(
                    "transposed",
                    Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3).transpose(0, 1));
            tensors.put("scalar", Tensor.of(new float[] {7}).sum());
            tensors.put("half", Tensor.of(new float[] {1.5f}, 1).to(DType.BFLOAT16));
            TorchWriter.write(file, tensors);
            try (TensorSource source = TensorSource.open(file)) {
                assertThat(source.tensors()).hasSize(4);
                tensors.forEach((name, tensor) -> {
                    assertThat(source.read(name).equalTo(tensor)).as(name).isTrue();
                    assertThat(source.info(name).dtype()).isEqualTo(tensor.dtype());
                });
            }
        }
    }

    @Test
    void aFileThatCannotBeWrittenIsNamed() throws IOException {
        Path file = Files.createFile(directory.resolve("file")).resolve("below.bin");
        assertThatThrownBy(() -> TorchWriter.write(file, Map.of()))
                .isInstanceOf(WeightsException.class)
                .hasMessageStartingWith(file + ": cannot be written");
    }
}
