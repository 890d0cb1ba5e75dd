package dev.graft.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.graft.weights.TensorSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where another library put an adapter, and what its configurations say.
 *
 * @param config the adapter's configuration
 * @param tensors the file with the tensors of the deltas
 * @param headTensors the file with the head, which may be the same
 * @param headConfig AdapterHub's description of the head; missing where there is none
 */
record ForeignFiles(ForeignConfig config, Path tensors, Path headTensors, JsonNode headConfig) {
    static final String HEAD_CONFIG = "head_config.json";

    /** Files without a description of the head. */
    ForeignFiles(ForeignConfig config, Path tensors, Path headTensors) {
        this(config, tensors, headTensors, MissingNode.getInstance());
    }

    /**
     * An adapter of either library's, with its head.
     *
     * @param head where the head is, if not in the directory
     * @throws AdapterException where there is none, or one of its files is missing
     */
    static ForeignFiles in(Path directory, @Nullable Path head) {
        if (Files.exists(directory.resolve(AdapterCard.FILE))) {
            throw new AdapterException("%s is an adapter of Graft's already".formatted(directory));
        }
        ForeignFiles files = withoutHead(directory);
        if (head != null) {
            return files.withHead(head);
        }
        if (files.config.keys() == KeyTable.PEFT) {
            return files;
        }
        if (!Files.exists(directory.resolve(HEAD_CONFIG))) {
            throw new AdapterException(
                    "%s holds no head (%s is missing), and without one the adapter answers nothing; name where its head is"
                            .formatted(directory, HEAD_CONFIG));
        }
        return files.withHead(directory);
    }

    /**
     * An adapter of either library's, without its head.
     *
     * @throws AdapterException where there is none, or one of its files is missing
     */
    static ForeignFiles withoutHead(Path directory) {
        ForeignConfig config = ForeignConfig.in(directory);
        Path tensors = config.keys() == KeyTable.PEFT
                ? firstOf(directory, TensorFiles.ADAPTER, "adapter_model.bin")
                : firstOf(directory, "adapter.safetensors", "pytorch_adapter.bin");
        return new ForeignFiles(config, tensors, tensors);
    }

    private ForeignFiles withHead(Path head) {
        if (Files.isDirectory(head) && Files.exists(head.resolve(HEAD_CONFIG))) {
            return new ForeignFiles(
                    config,
                    tensors,
                    firstOf(head, "model_head.safetensors", "pytorch_model_head.bin"),
                    ForeignConfig.read(head.resolve(HEAD_CONFIG)));
        }
        Path file = Files.isDirectory(head) ? firstOf(head, "model.safetensors", "pytorch_model.bin") : head;
        return new ForeignFiles(config, tensors, file);
    }

    private static Path firstOf(Path directory, String... names) {
        return Stream.of(names)
                .map(directory::resolve)
                .filter(Files::isRegularFile)
                .findFirst()
                .orElseThrow(() -> new AdapterException(
                        "%s: one of %s must be here".formatted(directory, String.join(", ", names))));
    }

    /** The file that holds a tensor of the head: PEFT stores those that trained with the adapter, and leaves the others to the model. */
    Path holding(StoredTensor ofHead) {
        try (TensorSource source = TensorSource.open(tensors)) {
            return ofHead.names().anyMatch(source::contains) ? tensors : headTensors;
        }
    }
}
