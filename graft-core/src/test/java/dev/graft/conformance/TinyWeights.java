package dev.graft.conformance;

import dev.graft.model.Backbone;
import dev.graft.model.Families;
import dev.graft.model.Pooling;
import dev.graft.tensor.DType;
import dev.graft.tensor.Device;
import dev.graft.tensor.RandomSource;
import dev.graft.tensor.Scope;
import dev.graft.tensor.Tensor;
import dev.graft.weights.SafetensorsWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** The tensors of a small base, drawn at random, large enough that nothing in it is nearly linear. */
final class TinyWeights implements AutoCloseable {
    private static final double SIGMA = 0.2;

    private final Scope scope = Scope.open();
    private final RandomSource random;
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();

    TinyWeights(long seed) {
        random = new RandomSource(seed);
    }

    TinyWeights table(String name, long rows, long width) {
        return normal(name + ".weight", rows, width);
    }

    TinyWeights linear(String name, long out, long in) {
        return normal(name + ".weight", out, in).normal(name + ".bias", out);
    }

    TinyWeights norm(String name, long width) {
        String weight = name + ".weight";
        tensors.put(weight, random.at(weight).normal(SIGMA, width).plus(1));
        return normal(name + ".bias", width);
    }

    TinyWeights normal(String name, long... shape) {
        tensors.put(name, random.at(name).normal(SIGMA, shape));
        return this;
    }

    /** Opens the base in double precision; the caller closes it. */
    Backbone open(String config, Pooling pooling) {
        try {
            Path folder = Files.createTempDirectory("tiny-base");
            Path configFile = folder.resolve("config.json");
            Path weights = folder.resolve("model.safetensors");
            try {
                Files.writeString(configFile, config);
                SafetensorsWriter.write(weights, tensors, Map.of());
                return Families.open(configFile, weights, pooling, DType.FLOAT64, Device.CPU);
            } finally {
                Files.deleteIfExists(configFile);
                Files.deleteIfExists(weights);
                Files.delete(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        scope.close();
    }
}
