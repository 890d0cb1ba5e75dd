package dev.graft.data;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How rows lie in a file. */
public enum Format {
    /** Fields between commas (or semicolons, or tabs, if the first line has those instead), quoted by RFC 4180. */
    CSV,
    /**
     * Fields between tabs. Quotes are ordinary characters, as in GLUE, unless the beginning of the file shows that its
     * fields are quoted throughout: each opening quote has its closing one before a tab or the end of a line, and
     * quotes inside are doubled.
     */
    TSV,
    /** One JSON object per line. */
    JSONL,
    /** Each line that is not blank is one text, without a label. */
    LINES;

    /** The format that a file's extension names, or null if it has to be told from the content. */
    static @Nullable Format of(Path file) {
        String name = file.toString().toLowerCase(Locale.ROOT);
        return switch (name.substring(name.lastIndexOf('.') + 1)) {
            case "csv" -> CSV;
            case "tsv", "tab" -> TSV;
            case "jsonl", "ndjson", "json" -> JSONL;
            default -> null;
        };
    }

    /**
     * Told from the first line: an opening brace begins JSONL, a tab means TSV, and separated fields of which one is a
     * known column name, or one the user gave, mean CSV. Everything else is lines of text: a comma in a sentence makes
     * no table.
     */
    static Format of(Sample sample, Columns request) {
        String first = sample.firstLine();
        if (first.startsWith("{")) {
            return JSONL;
        }
        if (first.indexOf('\t') >= 0) {
            return TSV;
        }
        boolean named = Arrays.stream(first.split("[,;]"))
                .map(field -> KnownNames.normal(field.replace("\"", "")))
                .anyMatch(field -> KnownNames.isKnown(field)
                        || request.named()
                                .anyMatch(name -> KnownNames.normal(name).equals(field)));
        return named ? CSV : LINES;
    }
}
