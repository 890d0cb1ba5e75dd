package dev.graft.data;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Rows of a CSV or TSV file. */
final class TableReader implements RowReader {
    private final String source;
    private final FieldsHandler handler = new FieldsHandler();
    private final CsvReader<Fields> csv;
    private final Iterator<Fields> records;
    private final Layout layout;
    private final int text;
    private final int pair;
    private final int label;

    TableReader(BufferedReader reader, Dialect dialect, Sample sample, String source, Columns request) {
        this.source = source;
        this.csv = dialect.parse(reader, handler);
        this.records = guarded(csv::iterator);
        List<List<String>> first = dialect.records(sample);
        if (first.isEmpty()) {
            // The very first record is at fault: reading it says how.
            first = List.of(guarded(records::next).values());
        }
        this.layout = layout(first, request);
        this.text = index(layout.text());
        this.pair = index(layout.pair());
        this.label = index(layout.label());
        if (layout.header()) {
            guarded(records::next);
            if (!hasNext()) {
                throw new DataException(source + " holds a header (" + String.join(", ", layout.names())
                        + ") and no rows; expected at least one row below it");
            }
        }
    }

    @Override
    public Layout layout() {
        return layout;
    }

    @Override
    public boolean hasNext() {
        return guarded(records::hasNext);
    }

    @Override
    public Row next() {
        Fields fields = guarded(records::next);
        List<String> values = fields.values();
        int expected = layout.names().size();
        if (values.size() != expected) {
            throw DataException.at(
                    source,
                    fields.line(),
                    "%d fields, expected %d (%s). A field that holds the separator must be quoted"
                            .formatted(values.size(), expected, String.join(", ", layout.names())));
        }
        return Row.of(
                fields.line(),
                values.get(text),
                pair < 0 ? null : values.get(pair),
                label < 0 ? null : values.get(label));
    }

    @Override
    public void close() {
        try {
            csv.close();
        } catch (IOException e) {
            throw DataException.reading(source, e);
        }
    }

    private Layout layout(List<List<String>> records, Columns request) {
        List<String> first = records.getFirst();
        boolean header = Header.isHeader(records, request);
        if (!header) {
            List<String> numbers = IntStream.rangeClosed(1, first.size())
                    .mapToObj(String::valueOf)
                    .toList();
            return ColumnGuess.layout(source, numbers, records, request, false);
        }
        Set<String> seen = new HashSet<>();
        for (String name : first) {
            if (!name.isBlank() && !seen.add(name.strip())) {
                throw DataException.at(
                        source, 1, "two columns are named \"" + name.strip() + "\"; give each a name of its own");
            }
        }
        List<String> names = first.stream().map(String::strip).toList();
        return ColumnGuess.layout(source, names, records.subList(1, records.size()), request, true);
    }

    private int index(@Nullable String name) {
        return name == null ? -1 : layout.names().indexOf(name);
    }

    /** Runs a step of the parser and puts its faults in our words. */
    private <T> T guarded(Supplier<T> step) {
        try {
            return step.get();
        } catch (CsvParseException | UncheckedIOException e) {
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                if (cause instanceof DataException known) {
                    throw known;
                }
                if (cause instanceof IOException failure) {
                    throw DataException.reading(source, failure);
                }
            }
            throw DataException.at(source, handler.fieldLine(), brokenQuote(String.valueOf(e.getMessage())));
        }
    }

    private static String brokenQuote(String fault) {
        String what = fault.startsWith("Unexpected character")
                ? "a quoted field begins here, and something other than a separator follows its closing quote"
                : "a quoted field begins here, and its closing quote is missing";
        return what + ". Quotes inside a quoted field must be doubled: \"say \"\"yes\"\"\" (" + fault + ")";
    }
}
