package dev.graft.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.graft.model.Pooling;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A row of the table of built-in bases, {@code bases.json}.
 *
 * @param archive the zip inside the jar that holds the files, or null when the jar holds them itself
 * @param weights which of the files are the weights
 * @param tokenizer which of the files is the tokenizer
 * @param config the {@code config.json} to write beside the files
 */
record BuiltIn(
        String name,
        String description,
        String coordinates,
        String licence,
        @Nullable String archive,
        String weights,
        String tokenizer,
        List<Entry> files,
        JsonNode config) {

    private static final String CONFIG = "config.json";

    /**
     * A file of the artifact.
     *
     * @param entry its path in the archive
     * @param file its name in the cache
     */
    record Entry(String entry, String file, long bytes, String sha256) {
        private static Entry of(JsonNode file) {
            return new Entry(
                    file.path("entry").asText(),
                    file.path("file").asText(),
                    file.path("bytes").asLong(),
                    file.path("sha256").asText());
        }
    }

    static List<BuiltIn> all() {
        try (InputStream table =
                Objects.requireNonNull(BuiltIn.class.getResourceAsStream("bases.json"), "bases.json is missing")) {
            return new JsonMapper()
                    .readTree(table)
                    .valueStream()
                    .map(BuiltIn::of)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads a row by hand: binding it to the record by reflection takes three times as long, at every start. */
    private static BuiltIn of(JsonNode row) {
        return new BuiltIn(
                row.path("name").asText(),
                row.path("description").asText(),
                row.path("coordinates").asText(),
                row.path("licence").asText(),
                row.path("archive").textValue(),
                row.path("weights").asText(),
                row.path("tokenizer").asText(),
                row.path("files").valueStream().map(Entry::of).toList(),
                row.path("config"));
    }

    /** Whether a folder holds this base; by size only, so that a warm start reads no file. */
    boolean isIn(Path folder) {
        return Files.exists(folder.resolve(CONFIG)) && files.stream().allMatch(entry -> isIn(folder, entry));
    }

    private static boolean isIn(Path folder, Entry entry) {
        try {
            return Files.size(folder.resolve(entry.file())) == entry.bytes();
        } catch (IOException e) {
            return false;
        }
    }

    void writeConfig(Path folder) throws IOException {
        Files.writeString(folder.resolve(CONFIG), config.toPrettyString() + "\n");
    }

    BaseFiles filesIn(Path folder) {
        return new BaseFiles(
                name,
                folder.resolve(CONFIG),
                folder.resolve(weights),
                folder.resolve(tokenizer),
                Pooling.valueOf(config.path("graft_pooling").asText()));
    }

    KnownBase known(boolean cached) {
        long bytes = files.stream().mapToLong(Entry::bytes).sum();
        return new KnownBase(name, description, bytes, coordinates, licence, cached);
    }
}
