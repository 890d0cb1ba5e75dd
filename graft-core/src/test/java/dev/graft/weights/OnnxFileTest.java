package dev.graft.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.graft.tensor.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxFileTest {
    private static final List<Long> TWO = List.of(2L);

    @TempDir
    Path directory;

    @Test
    void readsRawValues() throws IOException {
        try (TensorSource source = open(new OnnxBytes().matrix("a", 2, 3))) {
            assertThat(source.tensors()).containsExactly(new TensorInfo("a", DType.FLOAT32, List.of(2L, 3L)));
            assertThat(FileBytes.array(source.bytes("a"))).isEqualTo(FileBytes.floats(0, 1, 2, 3, 4, 5));
        }
    }

    @Test
    void readsValuesInTheFieldOfTheirType() throws IOException {
        byte[] varints = new FileBytes().varint(-2).varint(300).toArray();
        try (TensorSource source = open(new OnnxBytes()
                .initializer(OnnxBytes.tensor("f", 1, TWO)
                        .field(4, FileBytes.floats(1, 2))
                        .toArray())
                .initializer(OnnxBytes.tensor("l", 7, TWO).field(7, varints).toArray())
                .initializer(OnnxBytes.tensor("s", 5, TWO).field(5, varints).toArray())
                .initializer(OnnxBytes.tensor("scalar", 6, List.of())
                        .field(5, (byte) 9)
                        .toArray()))) {
            assertThat(FileBytes.array(source.bytes("f"))).isEqualTo(FileBytes.floats(1, 2));
            assertThat(source.bytes("l").getLong(0)).isEqualTo(-2);
            assertThat(source.bytes("l").getLong(8)).isEqualTo(300);
            assertThat(source.bytes("s").getShort(0)).isEqualTo((short) -2);
            assertThat(source.bytes("s").getShort(2)).isEqualTo((short) 300);
            assertThat(source.bytes("scalar").getInt(0)).isEqualTo(9);
        }
    }

    @Test
    void readsPackedDimensions() throws IOException {
        byte[] tensor = new FileBytes()
                .field(1, (byte) 2, (byte) 1)
                .number(2, 3)
                .field(8, "a")
                .field(9, (byte) 7, (byte) 8)
                .toArray();
        try (TensorSource source = open(new OnnxBytes().initializer(tensor))) {
            assertThat(source.info("a").shape()).containsExactly(2L, 1L);
        }
    }

    @Test
    void refusesExternalData() {
        refuses(
                OnnxBytes.tensor("big", 1, TWO).number(14, 1),
                "tensor 'big' has its values in another file (external data)");
    }

    @Test
    void refusesATypeWithoutCounterpart() {
        refuses(OnnxBytes.tensor("words", 8, TWO), "tensor 'words' has ONNX data type 8");
    }

    @Test
    void refusesSizesThatDoNotFit() {
        refuses(OnnxBytes.tensor("a", 1, TWO).field(9, new byte[7]), "tensor 'a' of FLOAT32 [2] needs 8 bytes: 7");
        refuses(OnnxBytes.tensor("a", 1, TWO), "needs 8 bytes: 0");
        refuses(OnnxBytes.tensor("a", 7, TWO).field(7, (byte) 1), "needs 2 values: 1");
        refuses(OnnxBytes.tensor("a", 1, List.of(-2L)), "tensor 'a' has a negative dimension: [-2]");
        refuses(OnnxBytes.tensor("a", 1, List.of(1L << 62, 2L)), "larger than any file");
        refuses(OnnxBytes.tensor("a", 1, Collections.nCopies(65, 1L)), "more than 64 dimensions");
    }

    @Test
    void refusesValuesInAnotherTypesFieldOrTwice() {
        refuses(OnnxBytes.tensor("a", 1, TWO).field(7, (byte) 1, (byte) 1), "has its values in field 7");
        refuses(
                OnnxBytes.tensor("a", 1, TWO).field(9, new byte[4]).field(9, new byte[4]),
                "has its values in several pieces");
        refuses(OnnxBytes.tensor("a", 1, TWO).fixed32(4, 1).fixed32(4, 1), "field 4 should be a range of bytes");
    }

    @Test
    void refusesUnnamedAndRepeatedInitialisers() {
        refuses(OnnxBytes.tensor("", 2, List.of(0L)), "an initialiser without a name");
        assertThatThrownBy(() -> open(new OnnxBytes().matrix("a", 1, 1).matrix("a", 1, 1)))
                .isInstanceOf(WeightsException.class)
                .hasMessageContaining("two tensors named 'a'");
    }

    @Test
    void refusesEveryTruncation() throws IOException {
        byte[] whole = new OnnxBytes()
                .matrix("onnx::MatMul_1", 2, 2)
                .node("/a/b/MatMul", "MatMul", List.of("x", "onnx::MatMul_1"))
                .toArray();
        for (int size = 1; size < whole.length; size++) {
            Path file = FileBytes.write(directory.resolve("cut.onnx"), Arrays.copyOf(whole, size));
            assertThatThrownBy(() -> TensorSource.open(file))
                    .as("cut after %d bytes", size)
                    .isInstanceOf(WeightsException.class);
        }
    }

    @Test
    void refusesWhatIsNotProtobuf() throws IOException {
        for (byte[] content : List.of(
                new byte[] {0x00}, // field 0
                new byte[] {0x0b}, // a group
                new byte[] {0x0a, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x7f}, // longer than the file
                ByteBuffer.allocate(16)
                        .put(new byte[] {8})
                        .putLong(-1)
                        .putInt(-1)
                        .array())) { // an endless number
            Path file = FileBytes.write(directory.resolve("x.onnx"), content);
            assertThatThrownBy(() -> TensorSource.open(file))
                    .isInstanceOf(WeightsException.class)
                    .hasMessageContaining("protobuf: ");
        }
    }

    private void refuses(FileBytes tensor, String cause) {
        assertThatThrownBy(() -> open(new OnnxBytes().initializer(tensor.toArray())))
                .isInstanceOf(WeightsException.class)
                .hasMessageStartingWith(directory.resolve("model.onnx") + ": ")
                .hasMessageContaining(cause);
    }

    private TensorSource open(OnnxBytes content) throws IOException {
        return TensorSource.open(FileBytes.write(directory.resolve("model.onnx"), content.toArray()));
    }
}
