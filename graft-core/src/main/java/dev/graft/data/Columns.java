package dev.graft.data;

import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which columns the user named; null means: guess it. A column is named as in the header, upper and lower case alike, or
 * by its number from 1 where the file has no such name (the only way in a file without a header). A JSONL file's columns
 * are its top-level fields.
 *
 * @param text the column of the text
 * @param pair the column of the second text; guessed only where the text is guessed too
 * @param label the column of the label
 */
public record Columns(
        @Nullable String text,
        @Nullable String pair,
        @Nullable String label) {
    /** All columns guessed from the header. */
    public static final Columns GUESS = new Columns(null, null, null);

    /** The names given, in the order text, pair, label. */
    Stream<String> named() {
        return Stream.of(text, pair, label).filter(Objects::nonNull).map(Objects::requireNonNull);
    }
}
