package dev.graft.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The tokens of a {@code tokenizer.json} and their ids, which the tokenizers library does not show. */
final class Vocabulary {
    /** More than any published vocabulary (the largest have about a million), and small enough to allocate. */
    private static final int MAX_SIZE = 16 << 20;

    private final Path file;
    private final Map<String, Integer> ids = new HashMap<>();
    private final @Nullable String[] tokens;
    private final @Nullable Integer unknown;

    /**
     * @param file named in errors
     * @param tokenizer the tree of the file
     */
    Vocabulary(Path file, JsonNode tokenizer) {
        this.file = file;
        JsonNode model = tokenizer.path("model");
        JsonNode vocabulary = model.path("vocab");
        if (vocabulary.isArray()) { // Unigram: the index is the id
            for (int id = 0; id < vocabulary.size(); id++) {
                put(vocabulary.get(id).path(0).asText(), id);
            }
        } else {
            vocabulary.properties().forEach(entry -> put(entry.getKey(), id(entry.getKey(), entry.getValue())));
        }
        for (JsonNode added : tokenizer.path("added_tokens")) {
            String token = added.path("content").asText();
            put(token, id(token, added.path("id")));
        }
        if (ids.isEmpty()) {
            throw new TextException(file + ": holds no vocabulary; expected a tokenizer.json with model.vocab");
        }
        tokens = new @Nullable String
                [1 + ids.values().stream().mapToInt(Integer::intValue).max().orElseThrow()];
        ids.forEach((token, id) -> tokens[id] = token);
        unknown = model.path("unk_id").isInt()
                ? Integer.valueOf(model.path("unk_id").asInt())
                : first(model.path("unk_token").asText("[UNK]"), "[UNK]", "<unk>");
    }

    private int id(String token, JsonNode id) {
        if (!id.isInt() || id.asInt() < 0 || id.asInt() >= MAX_SIZE) {
            throw new TextException(file + ": the id of token '" + token + "' must be a whole number from 0 to "
                    + (MAX_SIZE - 1) + ": " + id);
        }
        return id.asInt();
    }

    private void put(String token, int id) {
        ids.put(token, id);
    }

    /** The highest id plus one. */
    int size() {
        return tokens.length;
    }

    int idOf(String token) {
        Integer id = ids.get(token);
        if (id == null) {
            throw new TextException("no token '" + token + "' in the vocabulary of " + file + " (" + ids.size()
                    + " tokens); idsOf splits a text into tokens that exist");
        }
        return id;
    }

    String tokenOf(int id) {
        String token = id >= 0 && id < tokens.length ? tokens[id] : null;
        if (token == null) {
            throw new TextException("no token has id " + id + " in " + file + "; ids run from 0 to " + (size() - 1));
        }
        return token;
    }

    int padId() {
        Integer id = first("[PAD]", "<pad>");
        return id == null ? 0 : id;
    }

    int maskId() {
        Integer id = first("[MASK]", "<mask>");
        if (id == null) {
            throw new TextException(file + " has no mask token; looked for [MASK] and <mask>");
        }
        return id;
    }

    int unknownId() {
        if (unknown == null) {
            throw new TextException(file + " has no token for unknown words; looked for model.unk_token, [UNK], <unk>");
        }
        return unknown;
    }

    private @Nullable Integer first(String... candidates) {
        for (String candidate : candidates) {
            Integer id = ids.get(candidate);
            if (id != null) {
                return id;
            }
        }
        return null;
    }
}
