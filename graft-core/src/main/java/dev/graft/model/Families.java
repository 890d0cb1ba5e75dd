package dev.graft.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.graft.tensor.DType;
import dev.graft.tensor.Device;
import dev.graft.weights.TensorSource;
import java.io.IOException;
import java.nio.file.Path;

/** The families of backbones that are built, by Hugging Face's {@code model_type}. */
public final class Families {
    private Families() {}

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
        String family = json.path("model_type").asText("");
        try (TensorSource source = TensorSource.open(weights)) {
            return switch (family) {
                case "bert" -> new Bert(BertConfig.of(json), source, pooling, dtype, device);
                default -> throw new ModelException("%s: model_type must be bert: '%s'".formatted(config, family));
            };
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
