package dev.graft.data;

import java.io.BufferedReader;
import java.util.List;

/** Each line is one text. */
final class LineReader implements RowReader {
    private static final Layout LAYOUT = new Layout(List.of("1"), "1", null, null, false);

    private final NumberedLines lines;

    LineReader(BufferedReader reader, String source, Columns request) {
        this.lines = new NumberedLines(reader, source);
        if (request.named().anyMatch(name -> !name.equals("1"))) {
            lines.close();
            throw new DataException(source + " holds lines of text without columns, so there is no column "
                    + String.join(", ", request.named().toList())
                    + "; save it as CSV, TSV or JSONL with that extension");
        }
    }

    @Override
    public Layout layout() {
        return LAYOUT;
    }

    @Override
    public boolean hasNext() {
        return lines.hasNext();
    }

    @Override
    public Row next() {
        String line = lines.next();
        return new Row(lines.number(), line, null, null);
    }

    @Override
    public void close() {
        lines.close();
    }
}
