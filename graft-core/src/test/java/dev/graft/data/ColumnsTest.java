package dev.graft.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ColumnsTest {
    private static final String COLA =
            "gj04\t1\t\tThe sailors rode the breeze.\ngj04\t0\t*\tThe sailors rode breeze the.\n";

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "text,label|text = text, label = label",
                "Category,TEXT|text = TEXT, label = Category",
                "index,sentence1,sentence2,label|text = sentence1, pair = sentence2, label = label",
                "premise,hypothesis,gold_label|text = premise, pair = hypothesis, label = gold_label",
                "question,sentence,label|text = question, pair = sentence, label = label",
                "Quality,#1 ID,#2 ID,#1 String,#2 String|text = #1 String, pair = #2 String, label = Quality",
                "id,review|text = review",
                "id,review,stuff|text = review, label = stuff",
                "stuff,label|text = stuff, label = label",
                "text,foo,bar|text = text",
                "text|text = text",
            })
    void guessesFromTheHeader(String header, String expected) {
        assertThat(layout("a.csv", header + "\n" + header.replaceAll("[^,]+", "7") + "\n", Columns.GUESS)
                        .describe())
                .isEqualTo(expected);
    }

    @Test
    void takesTheLongerOfTwoUnknownColumnsForTheText() {
        Layout layout = layout("a.csv", "tag,words\npos,a great film\nneg,a poor film\n", Columns.GUESS);

        assertThat(layout.header()).isTrue();
        assertThat(layout.describe()).isEqualTo("text = words, label = tag");
    }

    @Test
    void takesAFirstRowThatLooksLikeDataForData() {
        Layout layout = layout("a.csv", "pos,great film\nneg,poor film\npos,good film\n", Columns.GUESS);

        assertThat(layout.header()).isFalse();
        assertThat(layout.describe()).isEqualTo("text = 2, label = 1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"Great film.,pos", "1,film", "a film that is great,pos", "film,", "film,film"})
    void numbersSentencesAndBlanksAreNoNames(String first) {
        assertThat(layout("a.csv", first + "\nelse,neg\n", Columns.GUESS).header())
                .isFalse();
    }

    @Test
    void namesColumnsByNumberInAFileWithoutHeader() {
        assertThat(TestFiles.read(folder.resolve("a.tsv"), COLA, new Columns("4", null, "2")))
                .containsExactly(
                        new Row(1, "The sailors rode the breeze.", null, "1"),
                        new Row(2, "The sailors rode breeze the.", null, "0"));
    }

    @Test
    void showsTheColumnsWhereNoneCanBeTheText() {
        assertThatThrownBy(() -> layout("a.tsv", COLA, Columns.GUESS))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("cannot tell which column holds the text")
                .hasMessageContaining("1 (\"gj04\"), 2 (\"1\"), 3 (\"\"), 4 (\"The sailors rode the breeze.\")")
                .hasMessageContaining("--text, --pair and --label");
    }

    @Test
    void namesColumnsByTheUsersWords() {
        String content = "a,b,text,2\nx,y,z,w\n";

        assertThat(layout("a.csv", content, new Columns("A", "b", "2")).describe())
                .isEqualTo("text = a, pair = b, label = 2");
        assertThat(layout("a.csv", content, new Columns("3", null, "1")).describe())
                .isEqualTo("text = text, label = a");
    }

    @Test
    void refusesAColumnThatIsNotThere() {
        assertThatThrownBy(() -> layout("a.csv", "text,label\na,b\n", new Columns("body", null, null)))
                .hasMessageContaining("has no column \"body\" (--text). Its columns: text, label");
        assertThatThrownBy(() -> layout("a.jsonl", "{\"text\": \"a\"}", new Columns(null, null, "kind")))
                .hasMessageContaining("has no column \"kind\" (--label). Its columns: text");
        assertThatThrownBy(() -> layout("a.txt", "a\n", new Columns("body", null, null)))
                .hasMessageContaining("lines of text without columns");
    }

    @Test
    void refusesOneColumnForTwoThings() {
        assertThatThrownBy(() -> layout("a.csv", "text,label\na,b\n", new Columns("text", "text", null)))
                .hasMessageContaining("column \"text\" is named twice, the second time by --pair");
    }

    private Layout layout(String name, String content, Columns columns) {
        try (RowReader reader = RowReader.open(TestFiles.write(folder.resolve(name), content), columns)) {
            return reader.layout();
        }
    }
}
