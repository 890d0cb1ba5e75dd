package dev.graft.cli;

import dev.graft.Base;
import dev.graft.adapter.AdapterCard;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A trained adapter and the base under it. */
final class AdapterOption {
    @Option(names = "--adapter", required = true, paramLabel = "DIR", description = "The adapter's directory.")
    private Path directory;

    @Option(
            names = "--base",
            paramLabel = "NAME|DIR",
            description = "Where the adapter's base is now (where it was when the adapter was trained).")
    private @Nullable String base;

    @Mixin
    private EngineOptions engine;

    @SuppressWarnings("NullAway.Init") // picocli fills in the options
    AdapterOption() {}

    Path directory() {
        return directory;
    }

    /** Opens the base that the adapter names, or the one given instead. */
    Base openBase(Console console) {
        AdapterCard card = AdapterCard.read(directory);
        engine.check();
        return engine.open(base == null ? card.base().name() : base, console);
    }
}
