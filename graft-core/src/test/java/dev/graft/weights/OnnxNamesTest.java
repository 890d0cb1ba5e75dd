package dev.graft.weights;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxNamesTest {
    private static final byte[] TRANS_B =
            new FileBytes().field(1, "transB").number(3, 1).toArray();
    private static final byte[] SWAP =
            new FileBytes().field(1, "perm").number(8, 1).number(8, 0).toArray();
    private static final byte[] KEEP =
            new FileBytes().field(1, "perm").number(8, 0).number(8, 1).toArray();
    private static final float[] STORED = {0, 1, 2, 3, 4, 5};
    private static final float[] TURNED = {0, 3, 1, 4, 2, 5};

    @TempDir
    Path directory;

    @Test
    void namesAMatrixByTheNodeThatMultipliesByIt() throws IOException {
        try (TensorSource source = open(new OnnxBytes()
                .matrix("onnx::MatMul_885", 2, 3)
                .node("/encoder/layer.0/attention/self/query/MatMul", "MatMul", List.of("x", "onnx::MatMul_885")))) {
            assertNames(source, "encoder.layer.0.attention.self.query.weight");
            assertThat(source.tensors().getFirst().shape()).containsExactly(3L, 2L);
            assertValues(source, "encoder.layer.0.attention.self.query.weight", TURNED);
        }
    }

    @Test
    void leavesNamedTensorsAsTheyAre() throws IOException {
        try (TensorSource source = open(new OnnxBytes()
                .matrix("h.0.attn.c_attn.weight", 2, 3)
                .matrix("embeddings.word_embeddings.weight", 2, 3)
                .node("/h.0/attn/c_attn/MatMul", "MatMul", List.of("x", "h.0.attn.c_attn.weight"))
                .node("/e/Gather", "Gather", List.of("embeddings.word_embeddings.weight", "ids")))) {
            assertNames(source, "h.0.attn.c_attn.weight", "embeddings.word_embeddings.weight");
            assertValues(source, "h.0.attn.c_attn.weight", STORED);
        }
    }

    @Test
    void turnsAGemmsMatrixUnlessItIsStoredTurned() throws IOException {
        try (TensorSource source = open(new OnnxBytes()
                .matrix("onnx::Gemm_1", 2, 3)
                .matrix("onnx::Gemm_2", 2, 3)
                .node("/a/Gemm", "Gemm", List.of("x", "onnx::Gemm_1", "bias"))
                .node("/b/Gemm", "Gemm", List.of("x", "onnx::Gemm_2", "bias"), TRANS_B))) {
            assertNames(source, "a.weight", "b.weight");
            assertValues(source, "a.weight", TURNED);
            assertValues(source, "b.weight", STORED);
        }
    }

    @Test
    void keepsTablesAndMatricesThatTheGraphTurnsItself() throws IOException {
        try (TensorSource source = open(new OnnxBytes()
                .matrix("11", 2, 3)
                .matrix("12", 2, 3)
                .matrix("13", 2, 3)
                .node("/words/Gather", "Gather", List.of("11", "ids"))
                .node("/dense/Transpose", "Transpose", List.of("12"), SWAP)
                .node("/odd/Transpose", "Transpose", List.of("13"), KEEP))) {
            assertNames(source, "words.weight", "dense.weight", "13");
            assertValues(source, "words.weight", STORED);
            assertValues(source, "dense.weight", STORED);
        }
    }

    @Test
    void followsIdentities() throws IOException {
        try (TensorSource source = open(new OnnxBytes()
                .matrix("onnx::MatMul_1", 2, 3)
                .matrix("norm.weight", 1, 1)
                .node("Identity_1", "Identity", List.of("onnx::MatMul_1"), "onnx::MatMul_2")
                .node("Identity_2", "Identity", List.of("norm.weight"), "other.norm.weight")
                .node("/a/MatMul", "MatMul", List.of("x", "onnx::MatMul_1"))
                .node("/b/MatMul", "MatMul", List.of("x", "onnx::MatMul_2")))) {
            assertNames(source, "a.weight", "b.weight", "norm.weight", "other.norm.weight");
            assertValues(source, "b.weight", TURNED);
        }
    }

    @Test
    void findsMatricesInConstantNodesAndIgnoresOtherConstants() throws IOException {
        byte[] matrix = new FileBytes()
                .field(1, "value")
                .field(
                        5,
                        OnnxBytes.tensor("", OnnxBytes.FLOAT, List.of(2L, 3L))
                                .field(9, FileBytes.floats(STORED))
                                .toArray())
                .toArray();
        byte[] text = new FileBytes()
                .field(1, "value")
                .field(5, OnnxBytes.tensor("", 8, List.of()).toArray())
                .toArray();
        try (TensorSource source = open(new OnnxBytes()
                .node("/dense/Constant", "Constant", List.of(), "/dense/Constant_output_0", matrix)
                .node("/Constant", "Constant", List.of(), "/Constant_output_0", text)
                .node("/dense/MatMul", "MatMul", List.of("x", "/dense/Constant_output_0")))) {
            assertNames(source, "dense.weight");
            assertValues(source, "dense.weight", TURNED);
        }
    }

    @Test
    void keepsTheFilesNameWhereTheGraphTellsNoneOrTwo() throws IOException {
        try (TensorSource source = open(new OnnxBytes()
                .matrix("onnx::MatMul_1", 2, 3)
                .matrix("onnx::MatMul_2", 2, 3)
                .matrix("onnx::MatMul_3", 2, 3)
                .matrix("onnx::MatMul_4", 2, 3)
                .node("/a/MatMul", "MatMul", List.of("x", "onnx::MatMul_1"))
                .node("/a/MatMul_1", "MatMul", List.of("x", "onnx::MatMul_2"))
                .node("MatMul_7", "MatMul", List.of("x", "onnx::MatMul_3"))
                .node("/left/MatMul", "MatMul", List.of("onnx::MatMul_4", "x")))) {
            assertNames(source, "onnx::MatMul_1", "onnx::MatMul_2", "onnx::MatMul_3", "onnx::MatMul_4");
            assertValues(source, "onnx::MatMul_1", STORED);
        }
    }

    private static void assertNames(TensorSource source, String... names) {
        assertThat(source.tensors()).extracting(TensorInfo::name).containsExactlyInAnyOrder(names);
    }

    private static void assertValues(TensorSource source, String name, float[] values) {
        assertThat(FileBytes.array(source.bytes(name))).isEqualTo(FileBytes.floats(values));
    }

    private TensorSource open(OnnxBytes content) throws IOException {
        return TensorSource.open(FileBytes.write(directory.resolve("model.onnx"), content.toArray()));
    }
}
