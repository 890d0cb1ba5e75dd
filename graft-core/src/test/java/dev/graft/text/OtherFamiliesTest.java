package dev.graft.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokenizers that are not BERT's, against what the tokenizers library makes of the same files. */
class OtherFamiliesTest {
    private static final Path FOLDER = Path.of("src/test/resources/tokenizers");

    private static Tokenizer open(String family) {
        return Tokenizer.open(FOLDER.resolve(family).resolve("tokenizer.json"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"roberta", "albert"})
    void textsAndPairsGiveTheLibrarysIdsAndTypes(String family) throws IOException {
        JsonNode expected = new JsonMapper()
                .readTree(FOLDER.resolve(family).resolve("expected.json").toFile());
        try (Tokenizer tokenizer = open(family)) {
            for (JsonNode row : expected.path("rows")) {
                JsonNode pair = row.path("pair");
                Encoding encoding = tokenizer.encode(
                        row.path("text").asText(),
                        pair.isNull() ? null : pair.asText(),
                        expected.path("max_length").asInt());
                assertThat(encoding.ids()).as(row.toString()).containsExactly(ints(row.path("ids")));
                assertThat(encoding.typeIds()).as(row.toString()).containsExactly(ints(row.path("types")));
            }
        }
    }

    private static int[] ints(JsonNode array) {
        int[] values = new int[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).asInt();
        }
        return values;
    }

    @Test
    void robertasSpecialTokensAreFound() {
        try (Tokenizer tokenizer = open("roberta")) {
            assertThat(tokenizer.padId()).isEqualTo(tokenizer.idOf("<pad>")).isEqualTo(1);
            assertThat(tokenizer.maskId()).isEqualTo(tokenizer.idOf("<mask>"));
            assertThat(tokenizer.unknownId()).isEqualTo(tokenizer.idOf("<unk>"));
            assertThat(tokenizer.encode("", null, 8).ids())
                    .containsExactly(tokenizer.idOf("<s>"), tokenizer.idOf("</s>"));
            assertThat(tokenizer.encode("", "", 8).ids()).containsExactly(0, 2, 2, 2);
        }
    }

    /** A byte-level vocabulary has the space before a word in it. */
    @Test
    void aTemplateKeepsItsSpaces() {
        try (Tokenizer tokenizer = open("roberta")) {
            Encoding encoding =
                    Template.parse("good [P] {text} is [MASK].").render("  very good movie", null, tokenizer, 30);
            assertThat(Arrays.stream(encoding.ids()).mapToObj(tokenizer::tokenOf))
                    .containsExactly(
                            "<s>", "go", "od", "<pad>", "Ġvery", "Ġgood", "Ġmovie", "Ġis", "<mask>", ".", "</s>");
        }
    }

    @Test
    void albertsSpecialTokensAreFound() {
        try (Tokenizer tokenizer = open("albert")) {
            assertThat(tokenizer.padId()).isEqualTo(tokenizer.idOf("<pad>")).isZero();
            assertThat(tokenizer.maskId()).isEqualTo(tokenizer.idOf("[MASK]"));
            assertThat(tokenizer.unknownId()).isEqualTo(tokenizer.idOf("<unk>"));
            assertThat(tokenizer.encode("", null, 8).ids())
                    .containsExactly(tokenizer.idOf("[CLS]"), tokenizer.idOf("[SEP]"));
        }
    }
}
