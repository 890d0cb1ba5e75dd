package dev.graft.data;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** The lines of a file that are not blank, and the number of the one last read. */
final class NumberedLines implements Iterator<String>, AutoCloseable {
    private final BufferedReader reader;
    private final String source;
    private @Nullable String ahead;
    private long aheadNumber;
    private long number;

    NumberedLines(BufferedReader reader, String source) {
        this.reader = reader;
        this.source = source;
    }

    /** The number of the line that {@link #next} returned last, from 1. */
    long number() {
        return number;
    }

    @Override
    public boolean hasNext() {
        try {
            while (ahead == null || ahead.isBlank()) {
                ahead = reader.readLine();
                if (ahead == null) {
                    return false;
                }
                aheadNumber++;
            }
            return true;
        } catch (IOException e) {
            throw DataException.reading(source, e);
        }
    }

    @Override
    public String next() {
        if (!hasNext() || ahead == null) {
            throw new NoSuchElementException();
        }
        String line = ahead;
        ahead = null;
        number = aheadNumber;
        return line;
    }

    @Override
    public void close() {
        try {
            reader.close();
        } catch (IOException e) {
            throw DataException.reading(source, e);
        }
    }
}
