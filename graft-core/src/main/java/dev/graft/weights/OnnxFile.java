package dev.graft.weights;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The constants of an ONNX file under the names that the file gives them: its initialisers, and the Constant nodes with a
 * matrix in them. {@link OnnxNames} gives them their proper names. Nothing of the graph is executed.
 */
final class OnnxFile implements CatalogSource {
    private static final int MODEL_GRAPH = 7;
    private static final int GRAPH_NODE = 1;
    private static final int GRAPH_INITIALIZER = 5;

    /** The operations that tell what a tensor is. */
    private static final Set<String> TELLING = Set.of("MatMul", "Gemm", "Gather", "Transpose", "Identity");

    private final MappedFile mapped;
    private final Catalog<OnnxTensor> catalog;
    private final List<OnnxNode> nodes;

    private OnnxFile(MappedFile mapped, Catalog<OnnxTensor> catalog, List<OnnxNode> nodes) {
        this.mapped = mapped;
        this.catalog = catalog;
        this.nodes = nodes;
    }

    static OnnxFile open(Path file) {
        MappedFile mapped = MappedFile.open(file);
        Map<String, OnnxTensor> tensors = new LinkedHashMap<>();
        List<OnnxNode> nodes = new ArrayList<>();
        boolean graph = false;
        // A protobuf message cannot be longer than 2 GiB; larger models keep their tensors in other files.
        ProtoReader model = new ProtoReader(file, mapped.bytes(0, mapped.size()));
        while (model.next()) {
            if (model.field() == MODEL_GRAPH) {
                graph = true;
                parseGraph(model.message(), tensors, nodes);
            }
        }
        if (!graph) {
            throw new WeightsException(file, "holds no ONNX graph; it is truncated or of another format");
        }
        return new OnnxFile(mapped, new Catalog<>(file, tensors), List.copyOf(nodes));
    }

    private static void parseGraph(ProtoReader graph, Map<String, OnnxTensor> tensors, List<OnnxNode> nodes) {
        while (graph.next()) {
            if (graph.field() == GRAPH_INITIALIZER) {
                add(graph, OnnxTensor.parse(graph.message(), ""), tensors);
            } else if (graph.field() == GRAPH_NODE) {
                OnnxNode node = OnnxNode.parse(graph.message());
                if (TELLING.contains(node.operation())) {
                    nodes.add(node);
                } else if (node.operation().equals("Constant") && node.constant() != null) {
                    addMatrix(graph, node.output(), node.constant(), tensors);
                }
            }
        }
    }

    private static void addMatrix(
            ProtoReader graph, String name, ByteBuffer constant, Map<String, OnnxTensor> tensors) {
        // Most constants are numbers and shapes that the graph computes with, some of types that we do not read.
        if (OnnxTensor.isFloatMatrix(new ProtoReader(graph.file(), constant))) {
            add(graph, OnnxTensor.parse(new ProtoReader(graph.file(), constant), name), tensors);
        }
    }

    private static void add(ProtoReader graph, OnnxTensor tensor, Map<String, OnnxTensor> tensors) {
        String name = tensor.info().name();
        if (name.isEmpty()) {
            throw new WeightsException(graph.file(), "has an initialiser without a name");
        }
        if (tensors.putIfAbsent(name, tensor) != null) {
            throw new WeightsException(graph.file(), "has two tensors named '%s'".formatted(name));
        }
    }

    /** The nodes that tell what the tensors they read are, in the order in which the graph computes them. */
    List<OnnxNode> nodes() {
        return nodes;
    }

    @Override
    public Catalog<OnnxTensor> catalog() {
        return catalog;
    }

    @Override
    public ByteBuffer bytes(String name) {
        return catalog.get(name).bytes();
    }

    @Override
    public Map<String, String> metadata() {
        return Map.of();
    }

    @Override
    public void close() {
        mapped.close();
    }
}
