package dev.graft.weights;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Gives the variables of Google's TensorFlow BERT the names of Hugging Face's {@code BertModel} (no {@code bert.} before them)
 * and of its heads ({@code cls.}), and kernels their shape [out, in].
 *
 * <p>So {@code bert/encoder/layer_0/attention/self/query/kernel} is {@code encoder.layer.0.attention.self.query.weight}
 * transposed. A prefix of TensorFlow Hub's, {@code module/}, is dropped, and so is what the optimizer left behind. Files without
 * a {@code bert/} variable keep their names.
 */
final class BertNames {
    private static final Pattern LAYER = Pattern.compile("layer_(\\d+)");
    private static final Set<String> OPTIMIZER = Set.of("adam_m", "adam_v", "global_step");
    private static final Set<String> TABLES = Set.of("word_embeddings", "position_embeddings", "token_type_embeddings");

    private BertNames() {}

    static TensorSource rename(TensorSource bundle) {
        if (bundle.tensors().stream()
                .noneMatch(variable -> path(variable.name()).getFirst().equals("bert"))) {
            return bundle;
        }
        Map<String, RenamedTensors.Stored> names = new LinkedHashMap<>();
        for (TensorInfo variable : bundle.tensors()) {
            List<String> path = path(variable.name());
            if (OPTIMIZER.contains(path.getLast())) {
                continue;
            }
            boolean transposed =
                    path.getLast().equals("kernel") && variable.shape().size() == 2;
            RenamedTensors.Stored stored = new RenamedTensors.Stored(variable.name(), transposed);
            if (names.put(huggingFace(path), stored) != null) {
                throw new WeightsException(
                        bundle.file(), "has two variables that are '%s'".formatted(huggingFace(path)));
            }
        }
        return RenamedTensors.of(bundle, names);
    }

    private static List<String> path(String variable) {
        List<String> path = Arrays.asList(variable.split("/", -1));
        return path.size() > 1 && path.getFirst().equals("module") ? path.subList(1, path.size()) : path;
    }

    private static String huggingFace(List<String> path) {
        List<String> name = new ArrayList<>();
        for (String part : path.subList(path.getFirst().equals("bert") ? 1 : 0, path.size())) {
            switch (part) {
                case "kernel", "gamma", "output_weights" -> name.add("weight");
                case "beta", "output_bias" -> name.add("bias");
                default -> name.add(LAYER.matcher(part).replaceFirst("layer.$1"));
            }
        }
        if (TABLES.contains(path.getLast())) {
            name.add("weight");
        }
        return String.join(".", name);
    }
}
