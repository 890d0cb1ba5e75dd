package dev.graft.cli;

import dev.graft.Base;
import dev.graft.adapter.AdapterCard;
import dev.graft.hub.BaseFiles;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A trained adapter, or several of one task, and the base under them. */
final class AdapterOption {
    @Option(
            names = "--adapter",
            required = true,
            paramLabel = "DIR",
            description = "The adapter's directory. To predict, several of one task answer by majority.")
    private List<Path> directories;

    @Option(
            names = "--base",
            paramLabel = "NAME|DIR",
            description = "Where the adapter's base is now (where it was when the adapter was trained).")
    private @Nullable String base;

    @Mixin
    private EngineOptions engine;

    @SuppressWarnings("NullAway.Init") // picocli fills in the options
    AdapterOption() {}

    List<Path> directories() {
        return directories;
    }

    /** The one adapter, for a command that takes no more. */
    Path directory() {
        if (directories.size() > 1) {
            throw new CommandException("give one --adapter here: " + directories + "; only predict takes several");
        }
        return directories.getFirst();
    }

    /** Opens the base that the adapter names, or the one given instead. */
    Base openBase(Console console) {
        AdapterCard card = AdapterCard.read(directories.getFirst());
        engine.check();
        BaseFiles files = EngineOptions.resolve(base == null ? card.base().name() : base, console);
        return engine.open(files.pooledBy(card.pooling()));
    }
}
