package dev.graft.bench.golden;

import dev.graft.adapter.ForeignAdapter;
import dev.graft.model.Backbone;
import dev.graft.model.Batch;
import dev.graft.model.Deltas;
import dev.graft.model.Families;
import dev.graft.model.Mode;
import dev.graft.tensor.DType;
import dev.graft.tensor.Device;
import dev.graft.tensor.Scope;
import dev.graft.tensor.Tensor;
import dev.graft.weights.TensorSource;
import java.nio.file.Files;
import java.nio.file.Path;

/** A base of the golden files, open. */
final class GoldenModel implements AutoCloseable {
    private final Path weights;
    private final SequenceHead head;
    private final Backbone backbone;

    GoldenModel(Path directory) {
        weights = directory.resolve("model.safetensors");
        head = SequenceHead.of(family(directory));
        backbone = Families.open(directory.resolve("config.json"), weights, head.pooling(), DType.FLOAT32, Device.CPU);
    }

    /** The {@code model_type} of a model. */
    static String family(Path directory) {
        return GoldenFolder.json(directory.resolve("config.json"))
                .path("model_type")
                .asText();
    }

    Backbone backbone() {
        return backbone;
    }

    /** The logits of the plain base with its own head, [B, C]. */
    Tensor logits(Batch batch) {
        try (Scope scope = Scope.open();
                TensorSource source = TensorSource.open(weights)) {
            Tensor pooled = backbone.pool(
                    backbone.forward(batch, head.pooling(), Deltas.NONE, Mode.EVALUATION),
                    head.pooling(),
                    Deltas.NONE,
                    Mode.EVALUATION);
            return scope.keep(head.apply(pooled, source));
        }
    }

    /** The adapter in the directory of a case. */
    ForeignAdapter adapter(GoldenCase golden) {
        Path directory = golden.directory();
        if (golden.suite() == Suite.PEFT) {
            return ForeignAdapter.peft(directory, backbone);
        }
        return ForeignAdapter.adapterHub(
                directory.resolve("adapter_config.json"),
                // where the library wrote torch's format alone, all_keys holds the same tensors
                firstOf(directory.resolve("adapter.safetensors"), directory.resolve("all_keys.safetensors")),
                firstOf(directory.resolve("model_head.safetensors"), weights),
                backbone);
    }

    private static Path firstOf(Path file, Path otherwise) {
        return Files.exists(file) ? file : otherwise;
    }

    @Override
    public void close() {
        backbone.close();
    }
}
