package dev.graft.data;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import java.io.Reader;
import java.util.ArrayList;
import java.util.List;

/**
 * How one table separates and quotes its fields.
 *
 * @param separator what stands between fields
 * @param quote what stands around a field, or {@link #NO_QUOTE}
 */
record Dialect(char separator, char quote) {
    /** NUL can stand for "no quote", because no file that holds one is read. */
    static final char NO_QUOTE = '\0';

    static Dialect of(Format format, Sample sample) {
        if (format == Format.CSV) {
            return new Dialect(separator(sample.firstLine()), '"');
        }
        Dialect quoted = new Dialect('\t', '"');
        return quoted.explains(sample) ? quoted : new Dialect('\t', NO_QUOTE);
    }

    CsvReader<Fields> parse(Reader reader, FieldsHandler handler) {
        return parser(false).build(handler, reader);
    }

    /** The sample's complete records, up to the first fault, which is reported when its row is read. */
    List<List<String>> records(Sample sample) {
        List<Fields> records = new ArrayList<>();
        collect(sample, records);
        return records.stream().map(Fields::values).toList();
    }

    private boolean explains(Sample sample) {
        List<Fields> records = new ArrayList<>();
        return collect(sample, records)
                && records.stream().anyMatch(Fields::quoted)
                && records.stream()
                                .mapToInt(record -> record.values().size())
                                .distinct()
                                .count()
                        == 1;
    }

    /** Whether the sample was read without a fault; a field that the sample's end cuts off is none. */
    private boolean collect(Sample sample, List<Fields> records) {
        boolean cut = !sample.whole();
        try {
            parser(cut).build(new FieldsHandler(), sample.head()).forEach(records::add);
        } catch (CsvParseException fault) {
            return false;
        }
        if (cut && records.size() > 1) {
            records.removeLast();
        }
        return true;
    }

    private CsvReader.CsvReaderBuilder parser(boolean allowUnclosedQuote) {
        return CsvReader.builder()
                .fieldSeparator(separator)
                .quoteCharacter(quote)
                .allowUnclosedQuote(allowUnclosedQuote)
                .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
                .missingFieldStrategy(FieldMismatchStrategy.IGNORE);
    }

    private static char separator(String header) {
        char best = ',';
        for (char candidate : new char[] {';', '\t'}) {
            if (count(header, candidate) > count(header, best)) {
                best = candidate;
            }
        }
        return best;
    }

    private static long count(String line, char wanted) {
        boolean inQuotes = false;
        long count = 0;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            inQuotes ^= c == '"';
            count += c == wanted && !inQuotes ? 1 : 0;
        }
        return count;
    }
}
