package dev.graft.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FaultyFilesTest {
    @TempDir
    Path folder;

    @Test
    void missingFile() {
        assertThatThrownBy(() -> Rows.readAll(folder.resolve("no.csv"), Columns.GUESS))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("no.csv: there is no such file");
    }

    @Test
    void directory() {
        assertThatThrownBy(() -> Rows.readAll(folder, Columns.GUESS))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("is a directory");
    }

    @Test
    void fileThatMayNotBeRead() {
        assertThat(DataException.reading("a.csv", new AccessDeniedException("a.csv")))
                .hasMessage("a.csv: reading it is not permitted; check the file's permissions");
    }

    @ParameterizedTest
    @ValueSource(strings = {"CSV", "JSONL", "LINES"})
    @SuppressWarnings("InputStreamSlowMultibyteRead")
    void deviceThatFails(String format) {
        InputStream failing = new InputStream() {
            private int count;

            @Override
            public int read() throws IOException {
                if (count++ < 10) {
                    return 'a';
                }
                throw new IOException("device error");
            }
        };
        assertThatThrownBy(() -> RowReader.open(failing, "disk", Format.valueOf(format), Columns.GUESS)
                        .next())
                .isInstanceOf(DataException.class)
                .hasMessageContaining("disk: reading failed: device error");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.csv", "a.tsv", "a.jsonl", "a.txt"})
    void emptyFile(String name) {
        fails(name, "").hasMessageContaining(name + " is empty");
        fails(name, "\n \n").hasMessageContaining(name + " is empty");
    }

    @Test
    void headerOnly() {
        fails("a.csv", "text,label\n").hasMessageContaining("holds a header (text, label) and no rows");
    }

    @Test
    void raggedRow() {
        fails("a.csv", "text,label\na,x\nb,c,x\n")
                .hasMessageContaining("a.csv, line 3: 3 fields, expected 2 (text, label)");
        fails("a.tsv", "text\tlabel\na\tx\nb\n").hasMessageContaining("a.tsv, line 3: 1 fields, expected 2");
    }

    @Test
    void quoteThatIsNotClosed() {
        fails("a.csv", "text,label\na,x\n\n\"b,x\nc,y\n")
                .hasMessageContaining("a.csv, line 4: a quoted field begins here, and its closing quote is missing");
        fails("a.csv", "label,text\n\"x\ny\",\"b\nc\n")
                .hasMessageContaining("a.csv, line 3: a quoted field begins here");
    }

    @Test
    void quoteThatIsNotDoubled() {
        fails("a.csv", "text,label\na,x\n\"b \"c\" d\",y\n")
                .hasMessageContaining("a.csv, line 3: a quoted field begins here, and something other")
                .hasMessageContaining("must be doubled");
    }

    @Test
    void brokenQuoteInTheHeader() {
        fails("a.csv", "\"text\" x,label\na,x\n").hasMessageContaining("a.csv, line 1: a quoted field begins here");
    }

    @Test
    void twoColumnsOfOneName() {
        fails("a.csv", "text,label,label\na,x,y\n").hasMessageContaining("two columns are named \"label\"");
        fails("a.jsonl", "{\"text\": \"a\", \"text\": \"b\"}\n")
                .hasMessageContaining("a.jsonl, line 1: is not a JSON object");
    }

    @Test
    void latin1() {
        byte[] bytes = "text,label\ngood,x\ncaf\u00e9,y\n".getBytes(StandardCharsets.ISO_8859_1);

        fails("a.csv", bytes)
                .hasMessageContaining("a.csv, line 3: byte 0xE9 at offset 21 is not UTF-8 text")
                .hasMessageContaining("iconv -f latin1 -t utf-8");
    }

    @Test
    void characterCutOffAtTheEnd() {
        fails("a.csv", new byte[] {'t', 'e', 'x', 't', '\n', 'a', (byte) 0xF0, (byte) 0x9F})
                .hasMessageContaining("line 2: byte 0xF0 at offset 6");
    }

    @Test
    void latin1FarIntoTheFile() {
        byte[] head = ("text,label\n" + "a text,x\n".repeat(300_000)).getBytes(StandardCharsets.UTF_8);
        byte[] bytes = Arrays.copyOf(head, head.length + 1);
        bytes[head.length] = (byte) 0xE9;

        fails("a.csv", bytes).hasMessageContaining("line 300002: byte 0xE9 at offset " + head.length);
    }

    @Test
    void nul() {
        fails("a.csv", "text,label\na,x\nb\0c,y\n").hasMessageContaining("a.csv, line 3: holds a NUL character");
        fails("a.csv", "text,label\na,x\n".getBytes(StandardCharsets.UTF_16LE))
                .hasMessageContaining("line 1: holds a NUL character")
                .hasMessageContaining("iconv -f utf-16le");
    }

    @ParameterizedTest
    @CsvSource({"1F8B0800,gzip", "504B0304,spreadsheet", "50415231,Parquet"})
    void binaryFormats(String hex, String name) {
        fails("a.csv", HexFormat.of().parseHex(hex)).hasMessageContaining(name);
    }

    @Test
    void jsonlThatIsNone() {
        fails("a.jsonl", "{\"text\": \"a\"}\n{\"text\": \n")
                .hasMessageContaining("a.jsonl, line 2: is not a JSON object")
                .hasMessageContaining("jq -c .");
        fails("a.jsonl", "[{\"text\": \"a\"}]\n")
                .hasMessageContaining("line 1: is a JSON array, expected one object per line");
        fails("a.jsonl", "{\"text\": \"a\"} {\"text\": \"b\"}\n").hasMessageContaining("line 1: is not a JSON object");
    }

    @Test
    void jsonlFieldsThatHoldNoText() {
        fails("a.jsonl", "{\"text\": \"a\"}\n{\"body\": \"b\"}\n")
                .hasMessageContaining("line 2: has no field \"text\"");
        fails("a.jsonl", "{\"text\": {\"x\": 1}}\n")
                .hasMessageContaining("field \"text\" is a JSON object, expected a text");
    }

    @Test
    void rowsWithoutLabel() {
        Path file = TestFiles.write(folder.resolve("a.csv"), "text,label\na,x\n" + "b,\n".repeat(6) + "c,\" \"\n");

        assertThat(Rows.readAll(file, Columns.GUESS)).hasSize(8);
        assertThatThrownBy(() -> Rows.readLabelled(file, Columns.GUESS))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("7 of 8 rows have no label (lines 3, 4, 5, 6, 7, ...)");
    }

    @Test
    void noColumnOfLabels() {
        Path file = TestFiles.write(folder.resolve("a.csv"), "text,foo,bar\na,b,c\n");

        assertThatThrownBy(() -> Rows.readLabelled(file, Columns.GUESS))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("Its columns: text, foo, bar. Name it with --label");
    }

    private AbstractThrowableAssert<?, ? extends Throwable> fails(String name, String content) {
        return fails(name, content.getBytes(StandardCharsets.UTF_8));
    }

    private AbstractThrowableAssert<?, ? extends Throwable> fails(String name, byte[] content) {
        Path file = TestFiles.write(folder.resolve(name), content);
        return assertThatThrownBy(() -> Rows.readAll(file, Columns.GUESS)).isInstanceOf(DataException.class);
    }
}
