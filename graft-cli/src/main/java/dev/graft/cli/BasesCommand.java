package dev.graft.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.graft.hub.BaseExport;
import dev.graft.hub.BaseFiles;
import dev.graft.hub.Hub;
import dev.graft.hub.KnownBase;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code graft bases}: the bases that have a name, fetched or written out on request. */
@Command(
        name = "bases",
        description = {
            "Lists the bases that have a name of their own.",
            "Wherever a base is asked for, a directory in Hugging Face layout and a model hub's id (owner/name) do too."
        },
        subcommands = {BasesCommand.Fetch.class, BasesCommand.Export.class},
        footer = {
            "",
            "Examples:",
            "  graft bases",
            "  graft bases fetch bge-small",
            "  graft bases export minilm bases/minilm"
        })
final class BasesCommand implements Callable<Integer> {
    @Mixin
    private Console console;

    @SuppressWarnings("NullAway.Init") // picocli fills in the mixin
    BasesCommand() {}

    @Override
    public Integer call() {
        Hub hub = Hub.standard();
        Table table = new Table("Base", "size", "licence", "here", "");
        ArrayNode json = JsonNodeFactory.instance.arrayNode();
        for (KnownBase base : hub.knownBases()) {
            table.row(
                    base.name(),
                    Table.bytes(base.bytes()),
                    base.licence(),
                    base.cached() ? "yes" : "no",
                    base.description());
            json.addObject()
                    .put("name", base.name())
                    .put("description", base.description())
                    .put("bytes", base.bytes())
                    .put("licence", base.licence())
                    .put("coordinates", base.coordinates())
                    .put("cached", base.cached());
        }
        if (console.json()) {
            console.print(json);
        } else {
            console.say(table.lines());
            console.say("");
            console.say("Those that are here lie in " + hub.cache() + ".");
        }
        return ExitCode.OK;
    }

    /** {@code graft bases fetch}. */
    @Command(
            name = "fetch",
            description = "Fetches a base into the cache, so that it is there without a network.",
            footer = {"", "Example:", "  graft bases fetch e5-small"})
    static final class Fetch implements Callable<Integer> {
        @Parameters(paramLabel = "NAME", description = "A name of 'graft bases', or a model hub's id.")
        private String name;

        @Mixin
        private Console console;

        @SuppressWarnings("NullAway.Init") // picocli fills in options and mixins
        Fetch() {}

        @Override
        public Integer call() {
            BaseFiles files = EngineOptions.resolve(name, console);
            if (console.json()) {
                ObjectNode json = JsonNodeFactory.instance.objectNode();
                json.put("name", files.name())
                        .put("config", files.config().toString())
                        .put("weights", files.weights().toString())
                        .put("tokenizer", files.tokenizer().toString())
                        .put("pooling", files.pooling().name());
                console.print(json);
            } else {
                console.say("%s lies in %s".formatted(name, files.config().getParent()));
            }
            return ExitCode.OK;
        }
    }

    /** {@code graft bases export}. */
    @Command(
            name = "export",
            description = "Writes a base as a directory in Hugging Face layout, for other programs.",
            footer = {"", "Example:", "  graft bases export minilm bases/minilm"})
    static final class Export implements Callable<Integer> {
        @Parameters(index = "0", paramLabel = "NAME", description = "A base, as --base of 'graft train' takes it.")
        private String name;

        @Parameters(index = "1", paramLabel = "DIR", description = "A new directory.")
        private Path directory;

        @Mixin
        private Console console;

        @SuppressWarnings("NullAway.Init") // picocli fills in options and mixins
        Export() {}

        @Override
        public Integer call() {
            BaseFiles files = EngineOptions.resolve(name, console);
            BaseExport.write(files, directory);
            if (console.json()) {
                ObjectNode json = JsonNodeFactory.instance.objectNode();
                console.print(json.put("name", files.name()).put("directory", directory.toString()));
            } else {
                console.say("%s is written to %s".formatted(name, directory));
            }
            return ExitCode.OK;
        }
    }
}
