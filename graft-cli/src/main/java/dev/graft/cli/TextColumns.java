package dev.graft.cli;

import dev.graft.data.Columns;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which columns of the data hold the texts. */
final class TextColumns {
    @Option(names = "--text", paramLabel = "COL", description = "The column of the text (guessed from the header).")
    private @Nullable String text;

    @Option(names = "--pair", paramLabel = "COL", description = "The column of a second text, for pairs.")
    private @Nullable String pair;

    Columns columns(@Nullable String label) {
        return new Columns(text, pair, label);
    }
}
