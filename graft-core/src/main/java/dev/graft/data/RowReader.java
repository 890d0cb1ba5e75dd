package dev.graft.data;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one file, read one at a time: a file of any length takes the memory of its longest row and of the first
 * mebi-characters, which are looked at to tell the columns.
 *
 * <p>Text is UTF-8, with or without a byte-order mark, or UTF-16 with one; lines end in LF or CRLF; blank lines are
 * skipped. Whatever is wrong with the file is a {@link DataException}, thrown by the step that meets it. A reader
 * belongs to one thread.
 */
public interface RowReader extends Iterator<Row>, AutoCloseable {
    /** The columns of the file and what they hold. */
    Layout layout();

    /** Closes the file. */
    @Override
    void close();

    /**
     * Opens a file: CSV, TSV or JSONL by its extension, else by its content. The caller closes the reader.
     *
     * @param columns which columns hold what, {@link Columns#GUESS} for the known names
     */
    static RowReader open(Path file, Columns columns) {
        String source = file.toString();
        if (Files.isDirectory(file)) {
            throw new DataException(source + " is a directory; name a file of rows (CSV, TSV or JSONL) in it");
        }
        try {
            return open(Files.newInputStream(file), source, Format.of(file), columns);
        } catch (IOException e) {
            throw DataException.reading(source, e);
        }
    }

    /**
     * Opens a stream, which the reader owns and closes, also when opening fails.
     *
     * @param source what to call the stream in messages
     * @param format its format; null to tell it from the content, for which the stream is read up to a mebi-character
     *     ahead. {@link Format#LINES} reads nothing ahead and so serves a person who types
     */
    static RowReader open(InputStream stream, String source, @Nullable Format format, Columns columns) {
        try {
            BufferedReader reader = new BufferedReader(new StrictText(stream, source));
            if (format == Format.LINES) {
                return new LineReader(reader, source, columns);
            }
            Sample sample = Sample.of(reader);
            if (sample.head().isBlank() && sample.whole()) {
                throw new DataException(source + " is empty; expected rows of text");
            }
            return switch (format == null ? Format.of(sample, columns) : format) {
                case JSONL -> new JsonlReader(reader, source, columns);
                case LINES -> new LineReader(reader, source, columns);
                case CSV -> new TableReader(reader, Dialect.of(Format.CSV, sample), sample, source, columns);
                case TSV -> new TableReader(reader, Dialect.of(Format.TSV, sample), sample, source, columns);
            };
        } catch (IOException | RuntimeException e) {
            closeAfter(e, stream);
            throw e instanceof IOException failure ? DataException.reading(source, failure) : (RuntimeException) e;
        }
    }

    private static void closeAfter(Exception cause, InputStream stream) {
        try {
            stream.close();
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }
}
