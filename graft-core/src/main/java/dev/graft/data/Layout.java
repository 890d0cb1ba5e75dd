package dev.graft.data;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The columns of one file and what they hold.
 *
 * @param names every column: its name, or its number from 1 in a file without a header
 * @param text the column of the text
 * @param pair the column of the second text, null where there is none
 * @param label the column of the label, null where none was found
 * @param header whether the first record names the columns
 */
public record Layout(
        List<String> names,
        String text,
        @Nullable String pair,
        @Nullable String label,
        boolean header) {
    public Layout {
        names = List.copyOf(names);
    }

    /** For people: {@code text = sentence1, pair = sentence2, label = label}. */
    public String describe() {
        return "text = " + text + (pair == null ? "" : ", pair = " + pair)
                + (label == null ? "" : ", label = " + label);
    }
}
