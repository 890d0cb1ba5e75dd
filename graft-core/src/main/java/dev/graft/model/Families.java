package dev.graft.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.graft.tensor.DType;
import dev.graft.tensor.Device;
import dev.graft.weights.TensorSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/** The families of backbones that are built, by Hugging Face's {@code model_type}. */
public final class Families {
    private interface Family {
        Backbone open(JsonNode config, TensorSource source, Pooling pooling, DType dtype, Device device);
    }

    private static final Map<String, Family> BUILT = Map.of(
            "albert", encoder(Albert::of),
            "bert", encoder(Bert::of),
            "distilbert", encoder(DistilBert::of),
            "electra", encoder(Electra::of),
            "roberta", encoder(Roberta::of));

    private Families() {}

    private static Family encoder(Function<EncoderConfig, EncoderFamily> family) {
        return (config, source, pooling, dtype, device) -> {
            EncoderConfig read = new EncoderConfig(config);
            if (pooling == Pooling.MASK) {
                read.requireTiedWords();
            }
            return new PostNormEncoder(family.apply(read), source, pooling, dtype, device);
        };
    }

    /** The {@code model_type}s that {@link #open} takes. */
    public static Set<String> built() {
        return new TreeSet<>(BUILT.keySet());
    }

    /**
     * Reads a base; the caller closes it.
     *
     * @param config its {@code config.json}
     * @param weights its tensors in any format of the weights room
     * @param pooling how states become one vector; only {@link Pooling#POOLER} reads the base's pooler
     * @param dtype what layers compute in: FLOAT32, BFLOAT16 or, for tests, FLOAT64
     * @throws ModelException for a family that is not built, and for sizes or tensors that do not fit
     */
    public static Backbone open(Path config, Path weights, Pooling pooling, DType dtype, Device device) {
        JsonNode json = read(config);
        String name = json.path("model_type").asText("");
        Family family = BUILT.get(name);
        if (family == null) {
            throw new ModelException(
                    "%s: model_type must be %s: '%s'".formatted(config, String.join(", ", built()), name));
        }
        try (TensorSource source = TensorSource.open(weights)) {
            return family.open(json, source, pooling, dtype, device);
        }
    }

    private static JsonNode read(Path config) {
        try {
            return new ObjectMapper().readTree(config.toFile());
        } catch (IOException e) {
            throw new ModelException("%s: not a readable config.json: %s".formatted(config, e.getMessage()), e);
        }
    }
}
