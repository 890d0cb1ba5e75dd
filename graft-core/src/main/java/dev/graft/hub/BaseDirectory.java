package dev.graft.hub;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A base in a directory, laid out as Hugging Face lays it out. */
final class BaseDirectory {
    private final Path folder;

    BaseDirectory(Path folder) {
        this.folder = folder;
    }

    /**
     * Finds the files.
     *
     * @param name the base's name in the result
     * @throws HubException naming the pieces that are missing
     */
    BaseFiles read(String name) {
        List<String> missing = missing();
        if (!missing.isEmpty()) {
            throw new HubException(folder + ": not a base in Hugging Face layout, missing: "
                    + String.join("; ", missing) + ". " + found());
        }
        Path config = config().orElseThrow();
        return new BaseFiles(
                name, config, weights().orElseThrow(), tokenizer().orElseThrow(), PoolingChoice.of(folder, config));
    }

    /** Whether no piece is missing. */
    boolean isWhole() {
        return missing().isEmpty();
    }

    private List<String> missing() {
        List<String> missing = new ArrayList<>();
        if (config().isEmpty()) {
            missing.add("config.json");
        }
        if (weights().isEmpty()) {
            missing.add("weights (model.safetensors, model.safetensors.index.json with its shards, *.onnx, or a"
                    + " TensorFlow bundle's *.index and *.data-...)");
        }
        if (tokenizer().isEmpty()) {
            missing.add("a tokenizer (tokenizer.json or vocab.txt)");
        }
        return missing;
    }

    private Optional<Path> config() {
        return first("config.json");
    }

    private Optional<Path> tokenizer() {
        return first("tokenizer.json", "vocab.txt");
    }

    private Optional<Path> weights() {
        return first("model.safetensors", "model.safetensors.index.json", "model.onnx", "onnx/model.onnx")
                .or(() -> only(files(folder).filter(file -> file.toString().endsWith(".onnx"))))
                .or(() -> only(bundles(folder)))
                .or(() -> only(bundles(folder.resolve("variables"))));
    }

    private Optional<Path> first(String... names) {
        return Stream.of(names)
                .map(folder::resolve)
                .filter(Files::isRegularFile)
                .findFirst();
    }

    private Optional<Path> only(Stream<Path> candidates) {
        List<Path> all = candidates.toList();
        if (all.size() > 1) {
            throw new HubException(folder + ": several files could be the weights: "
                    + all.stream().map(folder::relativize).toList() + "; leave one, or name it model.onnx");
        }
        return all.stream().findFirst();
    }

    private static Stream<Path> bundles(Path folder) {
        List<Path> all = files(folder).toList();
        return all.stream().filter(file -> file.toString().endsWith(".index")).filter(index -> {
            String file = index.toString();
            String data = file.substring(0, file.length() - ".index".length()) + ".data-";
            return all.stream().anyMatch(other -> other.toString().startsWith(data));
        });
    }

    private String found() {
        List<String> names =
                files(folder).map(file -> file.getFileName().toString()).toList();
        String hint = names.contains("pytorch_model.bin")
                ? " pytorch_model.bin is not read: save the model again with safe serialization."
                : "";
        return (names.isEmpty() ? "The folder holds no files." : "Found: " + String.join(", ", names) + ".") + hint;
    }

    private static Stream<Path> files(Path folder) {
        if (!Files.isDirectory(folder)) {
            return Stream.empty();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(Files::isRegularFile).sorted().toList().stream();
        } catch (IOException e) {
            throw new HubException(folder + ": cannot be listed: " + e, e);
        }
    }
}
