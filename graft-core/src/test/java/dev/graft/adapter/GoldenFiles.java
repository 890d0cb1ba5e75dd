package dev.graft.adapter;

import dev.graft.model.Backbone;
import dev.graft.model.Families;
import dev.graft.model.Pooling;
import dev.graft.tensor.DType;
import dev.graft.tensor.Device;
import dev.graft.tensor.Scope;
import dev.graft.tensor.Tensor;
import dev.graft.weights.SafetensorsWriter;
import dev.graft.weights.TensorInfo;
import dev.graft.weights.TensorSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The golden cases that are checked in, and copies of them with something wrong. */
final class GoldenFiles {
    private static final Path ROOT = Path.of("src/test/resources/golden");

    private GoldenFiles() {}

    static Path of(String name) {
        return ROOT.resolve(name);
    }

    static Backbone base() {
        return Families.open(
                of("base/bert_cls/config.json"),
                of("base/bert_cls/model.safetensors"),
                Pooling.POOLER,
                DType.FLOAT32,
                Device.CPU);
    }

    static Path copy(String name, Path target) throws IOException {
        try (Stream<Path> files = Files.list(of(name))) {
            for (Path file : files.toList()) {
                Files.copy(file, target.resolve(file.getFileName()));
            }
        }
        return target;
    }

    /** Replaces a text in a file. */
    static void edit(Path file, String old, String replacement) throws IOException {
        String text = Files.readString(file);
        if (!text.contains(old)) {
            throw new IllegalArgumentException(file + " does not contain " + old);
        }
        Files.writeString(file, text.replace(old, replacement));
    }

    /** Rewrites a file of tensors. */
    static void rewrite(Path file, Consumer<Map<String, Tensor>> change) {
        try (Scope scope = Scope.open()) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            try (TensorSource source = TensorSource.open(file)) {
                for (TensorInfo info : source.tensors()) {
                    tensors.put(info.name(), source.read(info.name()));
                }
            }
            change.accept(tensors);
            SafetensorsWriter.write(file, tensors, Map.of());
        }
    }
}
