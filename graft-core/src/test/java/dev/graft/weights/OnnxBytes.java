package dev.graft.weights;

import java.util.List;

/** Builds ONNX files: messages of the few fields that the reader looks at. */
final class OnnxBytes {
    static final int FLOAT = 1;

    private final FileBytes graph = new FileBytes();

    /** A matrix of floats counting up from zero, in raw_data. */
    OnnxBytes matrix(String name, int rows, int columns) {
        return initializer(tensor(name, FLOAT, List.of((long) rows, (long) columns))
                .field(9, FileBytes.floats(upTo(rows * columns)))
                .toArray());
    }

    OnnxBytes initializer(byte[] tensor) {
        graph.field(5, tensor);
        return this;
    }

    /** A node that makes "out"; each attribute is a message of its own. */
    OnnxBytes node(String name, String operation, List<String> inputs, byte[]... attributes) {
        return node(name, operation, inputs, "out", attributes);
    }

    OnnxBytes node(String name, String operation, List<String> inputs, String output, byte[]... attributes) {
        FileBytes node = new FileBytes();
        inputs.forEach(input -> node.field(1, input));
        node.field(2, output).field(3, name).field(4, operation);
        for (byte[] attribute : attributes) {
            node.field(5, attribute);
        }
        graph.field(1, node.toArray());
        return this;
    }

    byte[] toArray() {
        return new FileBytes()
                .number(1, 8)
                .field(2, "test")
                .field(7, graph.toArray())
                .toArray();
    }

    /** The start of a TensorProto: name, type, dimensions. */
    static FileBytes tensor(String name, int type, List<Long> shape) {
        FileBytes tensor = new FileBytes();
        shape.forEach(size -> tensor.number(1, size));
        return tensor.number(2, type).field(8, name);
    }

    static float[] upTo(int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = i;
        }
        return values;
    }
}
