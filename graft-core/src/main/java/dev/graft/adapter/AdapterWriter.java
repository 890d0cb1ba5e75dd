package dev.graft.adapter;

import dev.graft.model.Backbone;
import dev.graft.model.Deltas;
import dev.graft.tensor.Parameter;
import dev.graft.weights.AtomicFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Writes an adapter's directory: {@code adapter_model.safetensors}, {@code graft.json}, and where they apply PEFT's configuration and
 * {@code training.safetensors}.
 */
final class AdapterWriter {
    static final String PEFT_CONFIG = "adapter_config.json";

    /** The names of all files that an adapter's directory can hold. */
    static final Set<String> FILES =
            Set.of(AdapterCard.FILE, TensorFiles.ADAPTER, TensorFiles.HEAD, TensorFiles.TRAINING, PEFT_CONFIG);

    private AdapterWriter() {}

    static void write(Adapter adapter, Path directory, Backbone backbone) {
        Deltas stored = adapter.storedDeltas();
        try {
            write(adapter, stored, directory, backbone);
        } finally {
            adapter.close(stored);
        }
    }

    private static void write(Adapter adapter, Deltas stored, Path directory, Backbone backbone) {
        Map<String, Parameter> parameters = new LinkedHashMap<>();
        stored.held().forEach(parameter -> parameters.put(parameter.name(), parameter));
        adapter.head().parameters().forEach(parameter -> parameters.put(parameter.name(), parameter));
        List<String> names = List.copyOf(parameters.keySet());
        List<StoredTensor> onlyTrained = adapter.onlyTrained(stored);
        new AdapterDirectory(directory).write(fresh -> {
            layout(adapter, backbone, names)
                    .files()
                    .forEach((file, tensors) -> new ParameterFile(fresh.resolve(file), tensors).write(parameters));
            if (!onlyTrained.isEmpty()) {
                new ParameterFile(fresh.resolve(TensorFiles.TRAINING), onlyTrained).write(adapter.parametersByName());
            }
            if (PeftFormat.covers(adapter.method(), backbone)) {
                writeText(
                        fresh.resolve(PEFT_CONFIG),
                        peft(adapter, backbone).config(names).toPrettyString());
            }
            writeText(
                    fresh.resolve(AdapterCard.FILE),
                    card(adapter, fresh).toJson().toPrettyString());
        });
    }

    /** Where the tensors of this adapter lie in its directory. */
    static TensorFiles layout(Adapter adapter, Backbone backbone, List<String> names) {
        return PeftFormat.covers(adapter.method(), backbone)
                ? peft(adapter, backbone).files(names)
                : TensorFiles.graft(names);
    }

    private static PeftFormat peft(Adapter adapter, Backbone backbone) {
        return PeftFormat.of(
                adapter.method(),
                backbone,
                adapter.pooling(),
                adapter.head(),
                adapter.base().name());
    }

    private static AdapterCard card(Adapter adapter, Path directory) throws IOException {
        Map<String, String> hashes = new TreeMap<>();
        for (String name : List.of(TensorFiles.ADAPTER, TensorFiles.HEAD, TensorFiles.TRAINING, PEFT_CONFIG)) {
            if (Files.exists(directory.resolve(name))) {
                hashes.put(name, FileHash.of(directory.resolve(name)));
            }
        }
        return new AdapterCard(
                adapter.methodJson(),
                adapter.task(),
                adapter.pooling(),
                adapter.head().activation(),
                adapter.head().normEpsilon(),
                adapter.head().dropout(),
                adapter.head().scale(),
                adapter.head().shift(),
                adapter.head().words(),
                adapter.maxLength(),
                adapter.base(),
                adapter.training(),
                hashes);
    }

    static void writeText(Path file, String text) throws IOException {
        AtomicFile.write(file, channel -> {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        });
    }
}
