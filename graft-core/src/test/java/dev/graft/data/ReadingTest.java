package dev.graft.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReadingTest {
    @TempDir
    Path folder;

    @Test
    void readsCsvWithQuotesAcrossLines() {
        assertThat(read("a.csv", "text,label\n\"one, \"\"two\"\"\nthree\",x\n\nfour,y\n"))
                .containsExactly(row(2, "one, \"two\"\nthree", "x"), row(5, "four", "y"));
    }

    @ParameterizedTest
    @CsvSource({"UTF-8,''", "UTF-8,\uFEFF", "UTF-16LE,\uFEFF", "UTF-16BE,\uFEFF"})
    void readsEachEncodingAndBothLineEnds(String charset, String mark) throws Exception {
        Path file = folder.resolve("a.csv");
        Files.writeString(
                file,
                mark + "text,label\r\n\u00e9t\u00e9 \uD83D\uDE00,x\r\n\u05E9\u05DC\u05D5\u05DD,y\r\n",
                Charset.forName(charset));

        assertThat(Rows.readAll(file, Columns.GUESS))
                .containsExactly(row(2, "\u00e9t\u00e9 \uD83D\uDE00", "x"), row(3, "\u05E9\u05DC\u05D5\u05DD", "y"));
    }

    @Test
    void readsSemicolonsAndTabsInCsv() {
        assertThat(read("a.csv", "text;label\na, b;x\n")).containsExactly(row(2, "a, b", "x"));
        assertThat(read("b.csv", "text\tlabel\na, b\tx\n")).containsExactly(row(2, "a, b", "x"));
    }

    @Test
    void takesQuotesInTsvAsTheyStand() {
        assertThat(read("a.tsv", "text\tlabel\n\"He left\tx\n\"Yes,\" he said\ty\n"))
                .containsExactly(row(2, "\"He left", "x"), row(3, "\"Yes,\" he said", "y"));
    }

    @Test
    void takesQuotesInTsvAsQuotingWhereAllFieldsAreQuotedSoundly() {
        assertThat(read("a.tsv", "text\tlabel\n\"a\tb\nc\"\tx\n\"d \"\"e\"\"\"\ty\n"))
                .containsExactly(row(2, "a\tb\nc", "x"), row(4, "d \"e\"", "y"));
    }

    @Test
    void readsJsonlWithLabelsOfEveryKind() {
        assertThat(read("a.jsonl", """
                        {"text": "a", "label": 1}
                        {"text": "b", "label": true}
                        {"text": "c", "label": ["x", "y"]}

                        {"text": "d", "label": null}
                        {"text": "e"}
                        """))
                .containsExactly(
                        row(1, "a", "1"),
                        row(2, "b", "true"),
                        row(3, "c", "[\"x\",\"y\"]"),
                        row(5, "d", null),
                        row(6, "e", null));
    }

    @Test
    void tellsTheFormatFromTheContent() {
        assertThat(read("a", "{\"text\": \"x\"}\n")).containsExactly(row(1, "x", null));
        assertThat(read("b.txt", "text\tlabel\nx\ty\n")).containsExactly(row(2, "x", "y"));
        assertThat(read("c", "text,label\nx,y\n")).containsExactly(row(2, "x", "y"));
        assertThat(read("d.txt", "Good, I think.\n\nBad; very\n"))
                .containsExactly(row(1, "Good, I think.", null), row(3, "Bad; very", null));
    }

    @Test
    void keepsATextOfAMegabyte() {
        String text = "long \uD83D\uDE00".repeat(200_000);

        assertThat(read("a.csv", "text,label\n" + text + ",x\nshort,y\n"))
                .containsExactly(row(2, text, "x"), row(3, "short", "y"));
        assertThat(read("b.tsv", "text\tlabel\n\"" + text + "\"\tx\nshort\ty\n").getLast())
                .isEqualTo(row(3, "short", "y"));
        assertThat(read("c.jsonl", "{\"text\": \"" + text + "\"}\n")).containsExactly(row(1, text, null));
    }

    @ParameterizedTest
    @CsvSource({
        "CSV,'text,label','a text,x'",
        "TSV,'text\tlabel','a text\tx'",
        "JSONL,'','{\"text\": \"a text\", \"label\": \"x\"}'"
    })
    void streamsAFileWithoutEnd(Format format, String header, String line) {
        try (RowReader reader = RowReader.open(endless(header, line), "endless", format, Columns.GUESS)) {
            Row last = new Row(0, "", null, null);
            for (int i = 0; i < 200_000; i++) {
                last = reader.next();
            }
            assertThat(last).isEqualTo(row(header.isEmpty() ? 200_000 : 200_001, "a text", "x"));
        }
    }

    @Test
    @SuppressWarnings("InputStreamSlowMultibyteRead")
    void answersATypedLineBeforeTheNextIsTyped() {
        InputStream typed = new ByteArrayInputStream("first\n".getBytes(StandardCharsets.UTF_8));
        InputStream waiting = new InputStream() {
            @Override
            public int read() {
                throw new AssertionError("read past the first line");
            }
        };
        try (RowReader reader = RowReader.open(
                new SequenceInputStream(typed, waiting), "standard input", Format.LINES, Columns.GUESS)) {
            assertThat(reader.next()).isEqualTo(row(1, "first", null));
        }
    }

    private List<Row> read(String name, String content) {
        return TestFiles.read(folder.resolve(name), content, Columns.GUESS);
    }

    private static Row row(long line, String text, @Nullable String label) {
        return new Row(line, text, null, label);
    }

    private static InputStream endless(String header, String line) {
        byte[] block = (line + "\n").repeat(1000).getBytes(StandardCharsets.UTF_8);
        byte[] first = (header.isEmpty() ? "" : header + "\n").getBytes(StandardCharsets.UTF_8);
        return new InputStream() {
            private byte[] current = first;
            private int position;

            @Override
            public int read() {
                throw new UnsupportedOperationException("read in blocks");
            }

            @Override
            public int read(byte[] target, int start, int length) {
                if (position == current.length) {
                    current = block;
                    position = 0;
                }
                int count = Math.min(length, current.length - position);
                System.arraycopy(current, position, target, start, count);
                position += count;
                return count;
            }
        };
    }
}
