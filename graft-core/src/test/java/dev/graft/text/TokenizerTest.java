package dev.graft.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenizerTest {
    private static final List<String> VOCABULARY = List.of(
            "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "b", "c", "happy", "un", "##happy", "##b", "e", "Happy");
    private static final int UNKNOWN = 1;
    private static final int CLS = 2;
    private static final int SEP = 3;
    private static final int A = 5;
    private static final int B = 6;

    @TempDir
    Path folder;

    private Path vocabulary;

    @BeforeEach
    void writeVocabulary() throws Exception {
        vocabulary = Files.write(folder.resolve("vocab.txt"), VOCABULARY);
    }

    @Test
    void splitsWordsAndAddsSpecialTokens() {
        try (Tokenizer tokenizer = Tokenizer.open(vocabulary)) {
            Encoding encoding = tokenizer.encode("A unhappy É", null, 16);

            assertThat(encoding.ids()).containsExactly(CLS, A, 9, 10, 12, SEP);
            assertThat(encoding.typeIds()).containsOnly(0);
            assertThat(tokenizer.idsOf("a unhappy")).containsExactly(A, 9, 10);
        }
    }

    @Test
    void marksTheSecondTextOfAPair() {
        try (Tokenizer tokenizer = Tokenizer.open(vocabulary)) {
            Encoding encoding = tokenizer.encode("a", "b b", 16);

            assertThat(encoding.ids()).containsExactly(CLS, A, SEP, B, B, SEP);
            assertThat(encoding.typeIds()).containsExactly(0, 0, 0, 1, 1, 1);
        }
    }

    @Test
    void keepsCaseWhenTheConfigurationSaysSo() throws Exception {
        Files.writeString(folder.resolve("tokenizer_config.json"), "{\"do_lower_case\": false}");
        try (Tokenizer tokenizer = Tokenizer.open(vocabulary)) {
            assertThat(tokenizer.idsOf("Happy happy A")).containsExactly(13, 8, UNKNOWN);
        }
    }

    @ParameterizedTest
    @CsvSource({"9, 2, 7", "2, 9, 7", "5, 5, 8", "5, 5, 9", "4, 7, 10", "7, 4, 10", "1, 9, 6", "9, 0, 5", "3, 3, 20"})
    void cutsPairsLikeTheLibrary(int first, int second, int maxLength) throws Exception {
        String a = "a ".repeat(first);
        String b = "b ".repeat(second);
        try (Tokenizer tokenizer = Tokenizer.open(vocabulary);
                HuggingFaceTokenizer library = libraryThatCuts(maxLength)) {
            Encoding encoding = tokenizer.encode(a, b, maxLength);
            var expected = library.encode(a, b);

            assertThat(encoding.ids()).containsExactly(asInts(expected.getIds()));
            assertThat(encoding.typeIds()).containsExactly(asInts(expected.getTypeIds()));
        }
    }

    private HuggingFaceTokenizer libraryThatCuts(int maxLength) throws Exception {
        Path json = folder.resolve("tokenizer.json");
        Files.writeString(json, WordPieceVocabulary.read(vocabulary).toString());
        return HuggingFaceTokenizer.builder()
                .optTokenizerPath(json)
                .optTruncation(true)
                .optPadding(false)
                .optMaxLength(maxLength)
                .build();
    }

    private static int[] asInts(long[] values) {
        return Arrays.stream(values).mapToInt(Math::toIntExact).toArray();
    }

    @Test
    void cutsASingleText() {
        try (Tokenizer tokenizer = Tokenizer.open(vocabulary)) {
            assertThat(tokenizer.encode("a b c a b c", null, 4).ids()).containsExactly(CLS, A, B, SEP);
            assertThatThrownBy(() -> tokenizer.encode("a b c", null, 2))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("maxLength must be >= 3")
                    .hasMessageEndingWith(": 2");
        }
    }

    @Test
    void ignoresTruncationAndPaddingOfTheFile() throws Exception {
        var tree = WordPieceVocabulary.read(vocabulary);
        tree.putObject("truncation")
                .put("direction", "Right")
                .put("max_length", 4)
                .put("strategy", "LongestFirst")
                .put("stride", 0);
        var padding = tree.putObject("padding")
                .put("direction", "Right")
                .putNull("pad_to_multiple_of")
                .put("pad_id", 0)
                .put("pad_type_id", 0)
                .put("pad_token", "[PAD]");
        padding.putObject("strategy").put("Fixed", 32);
        Path json = Files.writeString(folder.resolve("tokenizer.json"), tree.toString());
        try (Tokenizer tokenizer = Tokenizer.open(json)) {
            assertThat(tokenizer.encode("a b c a", null, 64).ids()).containsExactly(CLS, A, B, 7, A, SEP);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", " ", "\0", "a\0b", "😀", "مرحبا بالعالم", "\uD83D", "a \uDE00 b", "\uFFFF", "[SEP] [CLS]"})
    void readsAnyText(String text) {
        try (Tokenizer tokenizer = Tokenizer.open(vocabulary)) {
            int[] ids = tokenizer.encode(text, null, 64).ids();
            assertThat(ids).startsWith(CLS).endsWith(SEP);
            assertThat(tokenizer.encodeAll(List.of(text), List.of(text), 64)).hasSize(1);
        }
    }

    @Test
    void aLoneSurrogateLeavesTheRestOfTheTextAlone() {
        try (Tokenizer tokenizer = Tokenizer.open(vocabulary)) {
            assertThat(tokenizer.idsOf("a \uD83D b 😀")).isEqualTo(tokenizer.idsOf("a \uFFFD b 😀"));
            assertThat(tokenizer.idsOf("a \uD83D b")).containsExactly(A, B);
        }
    }

    @Test
    void readsAMegabyte() {
        try (Tokenizer tokenizer = Tokenizer.open(vocabulary)) {
            assertThat(tokenizer.encode("unhappy ".repeat(125_000), null, 512).length())
                    .isEqualTo(512);
            assertThat(tokenizer.idsOf("x".repeat(1_000_000))).containsExactly(UNKNOWN);
        }
    }

    @Test
    void encodesManyTextsInOrder() {
        List<String> texts = IntStream.range(0, 1500).mapToObj("a "::repeat).toList();
        try (Tokenizer tokenizer = Tokenizer.open(vocabulary)) {
            List<Encoding> encodings = tokenizer.encodeAll(texts, null, 1000);

            assertThat(encodings).hasSize(1500);
            for (int i = 0; i < texts.size(); i++) {
                assertThat(encodings.get(i).length()).isEqualTo(Math.min(i + 2, 1000));
            }
            assertThatThrownBy(() -> tokenizer.encodeAll(texts, List.of("b"), 10))
                    .hasMessageContaining("1 for 1500");
        }
    }

    @Test
    void servesSeveralThreadsWithTheirOwnLengths() throws Exception {
        try (Tokenizer tokenizer = Tokenizer.open(vocabulary);
                var threads = Executors.newFixedThreadPool(4)) {
            List<Callable<Integer>> calls = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                int maxLength = 3 + i;
                calls.add(() ->
                        tokenizer.encode("a ".repeat(300), null, maxLength).length());
            }
            var lengths = threads.invokeAll(calls);
            for (int i = 0; i < 200; i++) {
                assertThat(lengths.get(i).get()).isEqualTo(3 + i);
            }
        }
    }

    @Test
    void knowsItsVocabulary() {
        try (Tokenizer tokenizer = Tokenizer.open(vocabulary)) {
            assertThat(tokenizer.vocabularySize()).isEqualTo(VOCABULARY.size());
            assertThat(tokenizer.padId()).isZero();
            assertThat(tokenizer.maskId()).isEqualTo(4);
            assertThat(tokenizer.unknownId()).isEqualTo(UNKNOWN);
            assertThat(tokenizer.tokenOf(10)).isEqualTo("##happy");
            assertThat(tokenizer.idOf("##happy")).isEqualTo(10);
            assertThatThrownBy(() -> tokenizer.idOf("sad"))
                    .isInstanceOf(TextException.class)
                    .hasMessageContaining("no token 'sad'")
                    .hasMessageContaining("vocab.txt");
            assertThatThrownBy(() -> tokenizer.tokenOf(14)).hasMessageContaining("ids run from 0 to 13");
        }
    }

    @Test
    void sendsNothingAnywhere() {
        Tokenizer.open(vocabulary).close();
        assertThat(ai.djl.util.Utils.isOfflineMode()).isTrue();
    }

    @Test
    void namesTheFileThatIsNoTokenizer() throws Exception {
        Path page = Files.writeString(folder.resolve("tokenizer.json"), "<!doctype html>");
        assertThatThrownBy(() -> Tokenizer.open(page))
                .isInstanceOf(TextException.class)
                .hasMessageContaining("tokenizer.json: not a tokenizer.json");
        Path other = Files.writeString(folder.resolve("other.json"), "{\"model\": {\"vocab\": {\"a\": 0}}}");
        assertThatThrownBy(() -> Tokenizer.open(other))
                .isInstanceOf(TextException.class)
                .hasMessageContaining("other.json: refused by the tokenizers library");
        Path ids = Files.writeString(folder.resolve("ids.json"), "{\"model\": {\"vocab\": {\"a\": -1}}}");
        assertThatThrownBy(() -> Tokenizer.open(ids))
                .hasMessageContaining("token 'a'")
                .hasMessageContaining("-1");
        Path words = Files.writeString(folder.resolve("words.txt"), "a\nb\n[SEP]\n");
        assertThatThrownBy(() -> Tokenizer.open(words)).hasMessageContaining("lacks [UNK], [CLS]");
        Path bytes = Files.write(folder.resolve("bytes.txt"), new byte[] {(byte) 0xC3, 0x28});
        assertThatThrownBy(() -> Tokenizer.open(bytes)).hasMessageContaining("not UTF-8");
        assertThatThrownBy(() -> Tokenizer.open(folder.resolve("absent.json")))
                .isInstanceOf(TextException.class)
                .hasMessageContaining("absent.json: cannot be read");
    }

    @Test
    void refusesToEncodeOnceClosed() {
        Tokenizer tokenizer = Tokenizer.open(vocabulary);
        tokenizer.close();
        assertThatThrownBy(() -> tokenizer.idsOf("a"))
                .isInstanceOf(TextException.class)
                .hasMessageContaining("already closed");
    }
}
