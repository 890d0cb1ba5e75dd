package dev.graft.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.graft.tensor.DType;
import dev.graft.tensor.Device;
import dev.graft.tensor.Scope;
import dev.graft.tensor.Tensor;
import dev.graft.testing.Shared;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsWriterTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "golden/peft/bert_cls/lora/adapter_model.safetensors",
                "golden/adapterhub/bert_cls/seq_bn_cross/adapter.safetensors",
                "golden/base/bert_cls/model.safetensors"
            })
    void writesWhatTheReferenceWriterWrote(String golden) throws IOException {
        Path original = Shared.require(golden);
        Path copy = directory.resolve("copy.safetensors");
        try (TensorSource source = TensorSource.open(original);
                Scope scope = Scope.open()) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            source.tensors().reversed().forEach(info -> tensors.put(info.name(), source.read(info.name())));
            SafetensorsWriter.write(copy, tensors, source.metadata());
        }
        assertThat(copy).hasSameBinaryContentAs(original);
    }

    @Test
    void laysOutWideTypesFirstThenByName() throws IOException {
        Path file = directory.resolve("mixed.safetensors");
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        try (Scope scope = Scope.open()) {
            for (DType dtype : DType.values()) {
                tensors.put("z" + dtype, zeros(dtype));
                tensors.put("a" + dtype, zeros(dtype));
            }
            SafetensorsWriter.write(file, tensors, Map.of());
        }
        try (TensorSource source = TensorSource.open(file)) {
            assertThat(source.metadata()).isEmpty();
            assertThat(source.tensors())
                    .extracting(TensorInfo::name)
                    .containsExactly(
                            "aINT64",
                            "zINT64",
                            "aFLOAT64",
                            "zFLOAT64",
                            "aFLOAT32",
                            "zFLOAT32",
                            "aINT32",
                            "zINT32",
                            "aBFLOAT16",
                            "zBFLOAT16",
                            "aFLOAT16",
                            "zFLOAT16",
                            "aINT16",
                            "zINT16",
                            "aINT8",
                            "zINT8",
                            "aUINT8",
                            "zUINT8",
                            "aBOOL",
                            "zBOOL");
        }
    }

    private static Tensor zeros(DType dtype) {
        return Tensor.fromBytes(ByteBuffer.allocate(3 * dtype.bytes()), dtype, Device.CPU, 3);
    }

    @Test
    void padsTheHeaderAndPutsMetadataFirst() throws IOException {
        Path file = directory.resolve("small.safetensors");
        try (Scope scope = Scope.open()) {
            SafetensorsWriter.write(
                    file, Map.of("x", Tensor.of(new float[] {1, 2}, 2)), Map.of("format", "pt", "a\"b", "line\n"));
        }
        byte[] content = Files.readAllBytes(file);
        String header =
                "{\"__metadata__\":{\"a\\\"b\":\"line\\n\",\"format\":\"pt\"},\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}";
        String padded = header + " ".repeat(Math.floorMod(-header.length(), 8));
        assertThat(content)
                .isEqualTo(new FileBytes()
                        .int64(padded.length())
                        .bytes(padded.getBytes(StandardCharsets.UTF_8))
                        .bytes(FileBytes.floats(1, 2))
                        .toArray());
    }

    @Test
    void copiesAnotherFile() throws IOException {
        String header = "{\"a\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[0,3]}}";
        Path original = FileBytes.write(directory.resolve("a.safetensors"), FileBytes.safetensors(header, 3));
        Path copy = directory.resolve("b.safetensors");
        try (TensorSource source = TensorSource.open(original)) {
            SafetensorsWriter.copy(source, copy, Map.of("format", "pt"));
        }
        try (TensorSource source = TensorSource.open(copy)) {
            assertThat(source.metadata()).isEqualTo(Map.of("format", "pt"));
            assertThat(FileBytes.array(source.bytes("a"))).containsExactly(0, 1, 2);
        }
    }

    @Test
    void refusesTheNameThatTheFormatKeeps() {
        try (Scope scope = Scope.open()) {
            Map<String, Tensor> tensors = Map.of("__metadata__", Tensor.of(new float[] {1}, 1));
            assertThatThrownBy(() -> SafetensorsWriter.write(directory.resolve("x"), tensors, Map.of()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("__metadata__");
        }
    }

    @Test
    void saysWhichFileCannotBeWritten() {
        Path file = directory.resolve("missing/x.safetensors");
        assertThatThrownBy(() -> SafetensorsWriter.write(file, Map.of(), Map.of()))
                .isInstanceOf(WeightsException.class)
                .hasMessageStartingWith(file + ": cannot be written");
    }
}
