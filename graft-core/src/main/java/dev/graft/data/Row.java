package dev.graft.data;

import org.jspecify.annotations.Nullable;

/**
 * One example.
 *
 * @param line where it begins in its file, from 1
 * @param text the text, as it stands in the file
 * @param pair the second text of a pair, null where there is none
 * @param label the label without surrounding blanks; null where the row has none. Several labels of one row stand in it
 *     as {@code a|b}, {@code a;b} or as a JSON array
 */
public record Row(
        long line,
        String text,
        @Nullable String pair,
        @Nullable String label) {

    /** A row from a file's cells: a blank second text or label counts as none. */
    static Row of(long line, String text, @Nullable String pair, @Nullable String label) {
        return new Row(
                line,
                text,
                pair == null || pair.isBlank() ? null : pair,
                label == null || label.isBlank() ? null : label.strip());
    }
}
