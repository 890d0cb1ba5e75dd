package dev.graft.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * BERT's {@code vocab.txt}, one token a line, as the {@code tokenizer.json} that Hugging Face's conversion writes for
 * it: BERT's normaliser and pre-tokenizer, WordPiece, {@code [CLS] A [SEP]} and {@code [CLS] A [SEP] B [SEP]}.
 *
 * <p>Text is lower-cased unless a {@code tokenizer_config.json} beside the file says {@code "do_lower_case": false}.
 */
final class WordPieceVocabulary {
    private static final JsonMapper JSON = new JsonMapper();
    private static final List<String> REQUIRED = List.of("[UNK]", "[CLS]", "[SEP]");
    private static final List<String> SPECIAL = List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]");

    private WordPieceVocabulary() {}

    static ObjectNode read(Path file) throws IOException {
        ObjectNode vocabulary = JSON.createObjectNode();
        List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
        for (int id = 0; id < lines.size(); id++) {
            vocabulary.put(lines.get(id), id);
        }
        List<String> missing =
                REQUIRED.stream().filter(token -> !vocabulary.has(token)).toList();
        if (!missing.isEmpty()) {
            throw new TextException(file + ": not a BERT vocabulary, it lacks " + String.join(", ", missing)
                    + "; expected one token a line, in the order of their ids");
        }
        return tokenizer(vocabulary, lowerCase(file.resolveSibling("tokenizer_config.json")));
    }

    private static boolean lowerCase(Path config) throws IOException {
        if (!Files.exists(config)) {
            return true;
        }
        try {
            return JSON.readTree(Files.readAllBytes(config))
                    .path("do_lower_case")
                    .asBoolean(true);
        } catch (JsonProcessingException e) {
            throw new TextException(config + ": not JSON: " + e.getOriginalMessage(), e);
        }
    }

    private static ObjectNode tokenizer(ObjectNode vocabulary, boolean lowerCase) {
        ObjectNode root = JSON.createObjectNode().put("version", "1.0");
        for (String token : SPECIAL) {
            if (vocabulary.has(token)) {
                root.withArray("added_tokens").add(specialToken(token, vocabulary.path(token)));
            }
        }
        root.putObject("normalizer")
                .put("type", "BertNormalizer")
                .put("clean_text", true)
                .put("handle_chinese_chars", true)
                .putNull("strip_accents") // null: accents go when text is lower-cased
                .put("lowercase", lowerCase);
        root.putObject("pre_tokenizer").put("type", "BertPreTokenizer");
        root.putObject("post_processor")
                .put("type", "BertProcessing")
                .<ObjectNode>set("sep", pair("[SEP]", vocabulary))
                .set("cls", pair("[CLS]", vocabulary));
        root.putObject("model")
                .put("type", "WordPiece")
                .put("unk_token", "[UNK]")
                .put("continuing_subword_prefix", "##")
                .put("max_input_chars_per_word", 100)
                .set("vocab", vocabulary);
        return root;
    }

    private static ObjectNode specialToken(String token, JsonNode id) {
        ObjectNode node = JSON.createObjectNode();
        node.set("id", id);
        return node.put("content", token)
                .put("single_word", false)
                .put("lstrip", false)
                .put("rstrip", false)
                .put("normalized", false)
                .put("special", true);
    }

    private static JsonNode pair(String token, ObjectNode vocabulary) {
        return JSON.createArrayNode().add(token).add(vocabulary.path(token));
    }
}
