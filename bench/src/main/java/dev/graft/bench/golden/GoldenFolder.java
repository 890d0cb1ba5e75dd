package dev.graft.bench.golden;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A folder of golden files: {@code base/<model>}, {@code peft/<model>/<case>}, {@code adapterhub/<model>/<case>},
 * {@code adapterhub_heads/<model>/<head>}, {@code trajectory/<case>}, and the folders of suites that are not built.
 */
public record GoldenFolder(Path root) {
    /**
     * Every case, suite by suite and by name; none where this is no such folder.
     *
     * @throws UncheckedIOException where it cannot be read
     */
    public List<GoldenCase> cases() {
        List<GoldenCase> cases = new ArrayList<>();
        for (Suite suite : Suite.values()) {
            for (Path directory : directories(root.resolve(suite.folder()))) {
                switch (suite) {
                    case PEFT, ADAPTERHUB -> directories(directory).forEach(child -> cases.add(of(suite, child)));
                    case ADAPTERHUB_HEADS ->
                        directories(directory).stream()
                                .filter(head -> Files.exists(head.resolve("head_config.json")))
                                .forEach(head -> cases.add(of(suite, head)));
                    default -> cases.add(of(suite, directory));
                }
            }
        }
        return cases;
    }

    private GoldenCase of(Suite suite, Path directory) {
        Path within = root.relativize(directory);
        String model = switch (suite) {
            case TRAJECTORY ->
                json(directory.resolve("manifest.json")).path("model").asText();
            // "bert_cls base"
            case ADAPTERHUB_HEADS ->
                json(directory.resolveSibling("manifest.json"))
                        .path("model")
                        .asText()
                        .split(" ")[0];
            default -> within.getName(1).toString();
        };
        return new GoldenCase(suite, model, within.toString().replace('\\', '/'), directory);
    }

    /** The files of a model. */
    Path base(String model) {
        return root.resolve(Suite.BASE.folder()).resolve(model);
    }

    /** The case of that name. */
    GoldenCase named(String name) {
        return cases().stream()
                .filter(golden -> golden.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("%s holds no case '%s'".formatted(root, name)));
    }

    static JsonNode json(Path file) {
        try {
            return new ObjectMapper().readTree(file.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException("%s: not readable: %s".formatted(file, e.getMessage()), e);
        }
    }

    private static List<Path> directories(Path parent) {
        if (!Files.isDirectory(parent)) {
            return List.of();
        }
        try (Stream<Path> children = Files.list(parent)) {
            return children.filter(Files::isDirectory).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException("%s: not readable: %s".formatted(parent, e.getMessage()), e);
        }
    }
}
