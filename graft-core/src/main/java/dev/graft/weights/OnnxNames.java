package dev.graft.weights;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Gives the tensors of an exported ONNX file the names that they had in PyTorch, and matrices their shape [out, in].
 *
 * <p>PyTorch's exporter keeps the names of what the graph uses as it is. The matrix of a linear layer it transposes to
 * [in, out] and calls {@code onnx::MatMul_123}; its name is then that of the module whose node reads it: what
 * {@code /encoder/layer.0/output/dense/MatMul} multiplies by is {@code encoder.layer.0.output.dense.weight}, transposed. A
 * matrix that no node names, or of which two would get the same name, stays as it is in the file.
 */
final class OnnxNames {
    private static final Pattern ANONYMOUS = Pattern.compile("onnx::.*|/.*|\\d+");
    private static final List<Long> SWAPPED = List.of(1L, 0L);

    private final OnnxFile file;
    private final Map<String, String> identities = new HashMap<>();
    private final Map<String, Set<RenamedTensors.Stored>> matrices = new LinkedHashMap<>();

    private OnnxNames(OnnxFile file) {
        this.file = file;
    }

    static TensorSource rename(OnnxFile file) {
        OnnxNames names = new OnnxNames(file);
        file.nodes().forEach(names::look);
        return RenamedTensors.of(file, names.stored());
    }

    private void look(OnnxNode node) {
        List<String> inputs = node.inputs();
        switch (node.operation()) {
            case "MatMul" -> name(node, 1, true);
            case "Gemm" -> name(node, 1, !node.transB());
            case "Gather" -> name(node, 0, false);
            case "Transpose" -> {
                if (node.permutation().isEmpty() || node.permutation().equals(SWAPPED)) {
                    name(node, 0, false);
                }
            }
            case "Identity" -> {
                if (!inputs.isEmpty()) {
                    identities.put(node.output(), original(inputs.getFirst()));
                }
            }
            default -> {}
        }
    }

    /** The exporter stores equal tensors once and lets Identity nodes stand for the others. */
    private String original(String tensor) {
        return identities.getOrDefault(tensor, tensor);
    }

    private void name(OnnxNode node, int input, boolean transposed) {
        if (node.inputs().size() <= input
                || !ANONYMOUS.matcher(node.inputs().get(input)).matches()) {
            return;
        }
        String stored = original(node.inputs().get(input));
        List<String> path = Arrays.asList(node.name().split("/", -1));
        if (!node.name().startsWith("/") || path.size() < 3 || !isFloatMatrix(stored)) {
            return;
        }
        // "/a/b/MatMul" splits into "", "a", "b", "MatMul".
        String name = String.join(".", path.subList(1, path.size() - 1)) + ".weight";
        matrices.computeIfAbsent(name, unused -> new LinkedHashSet<>())
                .add(new RenamedTensors.Stored(stored, transposed));
    }

    private boolean isFloatMatrix(String stored) {
        if (!file.contains(stored)) {
            return false;
        }
        TensorInfo info = file.info(stored);
        return info.shape().size() == 2 && info.dtype().isFloating();
    }

    private Map<String, RenamedTensors.Stored> stored() {
        Map<String, RenamedTensors.Stored> result = new LinkedHashMap<>();
        Set<String> named = new HashSet<>();
        matrices.forEach((name, candidates) -> {
            if (candidates.size() == 1 && !file.contains(name)) {
                RenamedTensors.Stored matrix = candidates.iterator().next();
                result.put(name, matrix);
                named.add(matrix.name());
            }
        });
        identities.forEach((alias, stored) -> {
            if (file.contains(stored)
                    && !file.contains(alias)
                    && !ANONYMOUS.matcher(alias).matches()) {
                result.putIfAbsent(alias, new RenamedTensors.Stored(stored, false));
            }
        });
        List<TensorInfo> rest = new ArrayList<>(file.tensors());
        rest.removeIf(info -> named.contains(info.name()));
        rest.forEach(info -> result.put(info.name(), new RenamedTensors.Stored(info.name(), false)));
        return result;
    }
}
