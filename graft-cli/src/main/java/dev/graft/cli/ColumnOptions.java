package dev.graft.cli;

import dev.graft.data.Columns;
import dev.graft.data.Layout;
import dev.graft.data.RowReader;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which columns of labelled data hold what. */
final class ColumnOptions {
    @Mixin
    private TextColumns texts;

    @Option(names = "--label", paramLabel = "COL", description = "The column of the label (guessed).")
    private @Nullable String label;

    @SuppressWarnings("NullAway.Init") // picocli fills in the mixin
    ColumnOptions() {}

    Columns columns() {
        return texts.columns(label);
    }

    /** The columns of a file, as named or guessed. */
    Layout layout(Path file) {
        try (RowReader reader = RowReader.open(file, columns())) {
            return reader.layout();
        }
    }
}
