package dev.graft.text;

import ai.djl.engine.EngineException;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.util.PairList;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A base's tokenizer: text in, token ids out. It reads a Hugging Face {@code tokenizer.json}, whose own truncation and
 * padding are ignored, or BERT's {@code vocab.txt} alone.
 *
 * <p>Safe for use by several threads at once; {@link #close} frees native memory and must come after the last use.
 * Lone surrogates in a text are read as U+FFFD. Failures of the library are {@link TextException}s.
 */
public final class Tokenizer implements AutoCloseable {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Map<String, String> AS_IT_COMES =
            Map.of("truncation", "do_not_truncate", "padding", "do_not_pad", "addSpecialTokens", "true");
    /** Rows handed to the library at once: enough to keep its threads busy, few enough to bound their native memory. */
    private static final int CHUNK = 512;

    static {
        // DJL reports its use to Amazon's metadata service, and fetches CUDA natives, unless it is told to stay
        // offline.
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
    }

    private final Path file;
    private final HuggingFaceTokenizer library;
    private final Vocabulary vocabulary;

    private Tokenizer(Path file, HuggingFaceTokenizer library, Vocabulary vocabulary) {
        this.file = file;
        this.library = library;
        this.vocabulary = vocabulary;
    }

    /**
     * Opens a tokenizer. For a {@code vocab.txt}, a {@code tokenizer_config.json} beside it may say
     * {@code "do_lower_case": false}.
     *
     * @param file a {@code tokenizer.json}, or a {@code vocab.txt} with one token a line
     * @throws TextException when the file is missing or is neither
     */
    public static Tokenizer open(Path file) {
        try {
            JsonNode tree = file.toString().endsWith(".txt")
                    ? WordPieceVocabulary.read(file)
                    : JSON.readTree(Files.readAllBytes(file));
            Vocabulary vocabulary = new Vocabulary(file, tree);
            return new Tokenizer(file, library(file, JSON.writeValueAsBytes(tree)), vocabulary);
        } catch (JsonProcessingException e) {
            throw new TextException(
                    file + ": not a tokenizer.json: " + e.getOriginalMessage() + "; is it a page or a"
                            + " git-lfs pointer saved under that name?",
                    e);
        } catch (MalformedInputException e) {
            throw new TextException(file + ": not a vocabulary, since it is not UTF-8 text", e);
        } catch (IOException e) {
            throw new TextException(file + ": cannot be read: " + e, e);
        }
    }

    private static HuggingFaceTokenizer library(Path file, byte[] json) throws IOException {
        try {
            return HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(json), AS_IT_COMES);
        } catch (EngineException | LinkageError e) {
            throw new TextException(
                    "the native tokenizers library could not be loaded: " + e + "; it exists for Linux"
                            + " (x86-64, aarch64), macOS (aarch64) and Windows (x86-64), and unpacks into the folder named by"
                            + " the environment variable DJL_CACHE_DIR (default ~/.djl.ai), which must be writable",
                    e);
        } catch (RuntimeException e) {
            throw new TextException(
                    file + ": refused by the tokenizers library: " + e.getMessage()
                            + "; expected a tokenizer.json as Hugging Face's tokenizers library writes it",
                    e);
        }
    }

    /**
     * Encodes a text, or a pair of texts, with the special tokens of its model.
     *
     * @param pair the second text, or null
     * @param maxLength the most tokens to return, special tokens included; of a pair the longer text is cut first
     * @throws IllegalArgumentException when {@code maxLength} leaves no room beside the special tokens
     */
    public Encoding encode(String text, @Nullable String pair, int maxLength) {
        return Truncation.cut(
                guarded(() -> pair == null
                        ? library.encode(wellFormed(text), true, false)
                        : library.encode(wellFormed(text), wellFormed(pair), true, false)),
                maxLength);
    }

    /**
     * As {@link #encode}, for many texts, on several cores.
     *
     * @param pairs the second texts, as many as there are texts, or null
     * @return one encoding per text, in their order
     */
    public List<Encoding> encodeAll(List<String> texts, @Nullable List<String> pairs, int maxLength) {
        if (pairs != null && pairs.size() != texts.size()) {
            throw new IllegalArgumentException(
                    "as many second texts as texts expected: " + pairs.size() + " for " + texts.size());
        }
        List<Encoding> encodings = new ArrayList<>(texts.size());
        for (int from = 0; from < texts.size(); from += CHUNK) {
            int to = Math.min(from + CHUNK, texts.size());
            List<String> first = wellFormed(texts.subList(from, to));
            List<String> second = pairs == null ? null : wellFormed(pairs.subList(from, to));
            for (var encoding : guarded(() -> second == null
                    ? library.batchEncode(first, true, false)
                    : library.batchEncode(new PairList<>(first, second), true, false))) {
                encodings.add(Truncation.cut(encoding, maxLength));
            }
        }
        return encodings;
    }

    /** The ids of a text's tokens, without special tokens and uncut. */
    public List<Integer> idsOf(String text) {
        return Arrays.stream(guarded(() -> library.encode(wellFormed(text), false, false))
                        .getIds())
                .mapToObj(Math::toIntExact)
                .toList();
    }

    /** The number of rows that an embedding table needs: the highest id plus one. */
    public int vocabularySize() {
        return vocabulary.size();
    }

    /** The id that fills up shorter rows: the padding token's, or 0 in a vocabulary without one (GPT-2's). */
    public int padId() {
        return vocabulary.padId();
    }

    /**
     * The id of the mask token.
     *
     * @throws TextException when the vocabulary has none
     */
    public int maskId() {
        return vocabulary.maskId();
    }

    /**
     * The id that stands for what no token covers.
     *
     * @throws TextException when the vocabulary has none, since its tokens cover every byte
     */
    public int unknownId() {
        return vocabulary.unknownId();
    }

    /**
     * The id of a token, spelled as in the vocabulary ({@code ##ing}, {@code [MASK]}).
     *
     * @throws TextException when the vocabulary has no such token
     */
    public int idOf(String token) {
        return vocabulary.idOf(token);
    }

    /**
     * The token with an id, spelled as in the vocabulary.
     *
     * @throws TextException when no token has that id
     */
    public String tokenOf(int id) {
        return vocabulary.tokenOf(id);
    }

    @Override
    public void close() {
        library.close();
    }

    private <T> T guarded(Supplier<T> call) {
        try {
            return call.get();
        } catch (IllegalStateException e) {
            throw new TextException("the tokenizer of " + file + " is already closed", e);
        } catch (RuntimeException e) {
            throw new TextException(file + ": the tokenizers library failed on a text: " + e.getMessage(), e);
        }
    }

    private static List<String> wellFormed(List<String> texts) {
        return texts.stream().map(Tokenizer::wellFormed).toList();
    }

    /** The library would read the whole text as damaged bytes if it held half of a surrogate pair. */
    private static String wellFormed(String text) {
        if (StandardCharsets.UTF_16LE.newEncoder().canEncode(text)) {
            return text;
        }
        int[] points = text.codePoints().map(Tokenizer::orReplacement).toArray();
        return new String(points, 0, points.length);
    }

    private static int orReplacement(int point) {
        return point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE ? 0xFFFD : point;
    }
}
