package dev.graft.data;

import de.siegmar.fastcsv.reader.AbstractBaseCsvCallbackHandler;
import java.util.ArrayList;
import java.util.List;

/** Collects the parser's fields, and knows at which line the field begins that the parser is reading. */
final class FieldsHandler extends AbstractBaseCsvCallbackHandler<Fields> {
    private List<String> values = new ArrayList<>();
    private boolean anyQuoted;
    private long fieldLine;

    /** The line of the field that was being read when the parser gave up. */
    long fieldLine() {
        return fieldLine;
    }

    @Override
    protected void handleBegin(long startingLineNumber) {
        values = new ArrayList<>();
        anyQuoted = false;
        fieldLine = startingLineNumber;
    }

    @Override
    protected void handleField(int fieldIdx, char[] buf, int offset, int len, boolean quoted) {
        values.add(new String(buf, offset, len));
        anyQuoted |= quoted;
        for (int i = offset; i < offset + len; i++) {
            boolean pairOfTwo = buf[i] == '\r' && i + 1 < offset + len && buf[i + 1] == '\n';
            if (buf[i] == '\n' || (buf[i] == '\r' && !pairOfTwo)) {
                fieldLine++;
            }
        }
    }

    @Override
    protected Fields buildRecord() {
        return new Fields(getStartingLineNumber(), values, anyQuoted);
    }
}
