package dev.graft.weights;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A node of an ONNX graph (NodeProto), as far as it tells what the tensors it reads are.
 *
 * @param name the path of the module it belongs to and the operation, {@code /encoder/layer.0/output/dense/MatMul}, from
 *     PyTorch's exporter since 1.13
 * @param operation the kind, such as {@code MatMul}
 * @param inputs the names of the tensors it reads
 * @param output the name of the first tensor it makes
 * @param transB of a Gemm: whether its matrix is stored [out, in]
 * @param permutation of a Transpose; empty where it is not given
 * @param constant of a Constant: the tensor's message
 */
record OnnxNode(
        String name,
        String operation,
        List<String> inputs,
        String output,
        boolean transB,
        List<Long> permutation,
        @Nullable ByteBuffer constant) {
    private static final int INPUT = 1;
    private static final int OUTPUT = 2;
    private static final int NAME = 3;
    private static final int OPERATION = 4;
    private static final int ATTRIBUTE = 5;

    private static final int ATTRIBUTE_NAME = 1;
    private static final int ATTRIBUTE_INTEGER = 3;
    private static final int ATTRIBUTE_TENSOR = 5;
    private static final int ATTRIBUTE_INTEGERS = 8;

    static OnnxNode parse(ProtoReader reader) {
        String name = "";
        String operation = "";
        List<String> inputs = new ArrayList<>();
        String output = "";
        Attributes attributes = new Attributes();
        while (reader.next()) {
            switch (reader.field()) {
                case INPUT -> inputs.add(reader.text());
                case OUTPUT -> output = output.isEmpty() ? reader.text() : output;
                case NAME -> name = reader.text();
                case OPERATION -> operation = reader.text();
                case ATTRIBUTE -> attributes.parse(reader.message());
                default -> {}
            }
        }
        return new OnnxNode(
                name, operation, inputs, output, attributes.transB, attributes.permutation, attributes.constant);
    }

    private static final class Attributes {
        private boolean transB;
        private List<Long> permutation = List.of();
        private @Nullable ByteBuffer constant;

        void parse(ProtoReader reader) {
            String name = "";
            long integer = 0;
            List<Long> integers = new ArrayList<>();
            ByteBuffer tensor = null;
            while (reader.next()) {
                switch (reader.field()) {
                    case ATTRIBUTE_NAME -> name = reader.text();
                    case ATTRIBUTE_INTEGER -> integer = reader.number();
                    case ATTRIBUTE_TENSOR -> tensor = reader.bytes();
                    case ATTRIBUTE_INTEGERS ->
                        reader.numbers(value -> {
                            if (integers.size() <= TensorInfo.MAX_RANK) {
                                integers.add(value);
                            }
                        });
                    default -> {}
                }
            }
            switch (name) {
                case "transB" -> transB = integer != 0;
                case "perm" -> permutation = integers;
                case "value" -> constant = tensor;
                default -> {}
            }
        }
    }
}
