package dev.graft.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.graft.testing.Bases;
import dev.graft.testing.Shared;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * BERT-uncased tokens of thousands of lines in many languages. The folder's {@code _fails} file is not a second half of
 * the truth: each of its lines holds a Unicode format character (a zero-width joiner, a soft hyphen) that the
 * tokenizer it comes from kept inside the word, whereas BERT's normaliser drops it.
 */
class WordPieceGoldenTest {
    private static final String GOLDEN = "tokenizer/wordpiece-golden/regression-text_bert-base-uncased";

    @TempDir
    Path folder;

    @Test
    void tokenizerJsonGivesTheGoldenTokens() throws Exception {
        List<String> lines = lines(GOLDEN + ".txt");
        try (Tokenizer tokenizer = Tokenizer.open(Bases.require("minilm").tokenizer())) {
            assertThat(lines).hasSizeGreaterThan(9000);
            check(tokenizer, lines);
        }
    }

    @Test
    void vocabularyFileAloneGivesTheGoldenTokens() throws Exception {
        List<String> lines = lines(GOLDEN + ".txt");
        Path vocabulary = folder.resolve("vocab.txt");
        try (Tokenizer tokenizer = Tokenizer.open(Bases.require("minilm").tokenizer())) {
            Files.write(
                    vocabulary,
                    IntStream.range(0, tokenizer.vocabularySize())
                            .mapToObj(tokenizer::tokenOf)
                            .toList());
        }
        try (Tokenizer tokenizer = Tokenizer.open(vocabulary)) {
            check(tokenizer, lines);
            assertThat(tokenizer.encode("That is a happy person", null, 128).ids())
                    .containsExactly(101, 2008, 2003, 1037, 3407, 2711, 102);
        }
    }

    @Test
    void dropsFormatCharacters() throws Exception {
        List<String> lines = lines(GOLDEN + "_fails.txt");
        try (Tokenizer tokenizer = Tokenizer.open(Bases.require("minilm").tokenizer())) {
            for (String line : lines) {
                String text = line.substring(0, line.indexOf('\t'));
                assertThat(text).containsPattern("\\p{Cf}");
                assertThat(tokenizer.idsOf(text)).isEqualTo(tokenizer.idsOf(text.replaceAll("\\p{Cf}", "")));
            }
        }
    }

    private static void check(Tokenizer tokenizer, List<String> lines) {
        for (String line : lines) {
            String[] columns = line.split("\t", -1);
            List<Integer> expected =
                    Arrays.stream(columns).skip(1).map(tokenizer::idOf).toList();
            assertThat(tokenizer.idsOf(columns[0])).as(columns[0]).isEqualTo(expected);
        }
    }

    private static List<String> lines(String file) throws IOException {
        return Files.readString(Shared.require(file)).lines().toList();
    }
}
