package dev.graft.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.graft.MergedBase;
import dev.graft.adapter.AdapterCard;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code graft merge}: a base that has taken up an adapter, as a base of its own. */
@Command(
        name = "merge",
        description = {
            "Writes an adapter's base with the adapter merged into its tensors: a directory in Hugging Face layout, which other"
                    + " programs open too, at the plain base's speed.",
            "The head goes beside it, as the adapter DIR/" + MergedBase.HEAD
                    + " on that base. Base and adapter stay as they"
                    + " are. Adapters that compute beside the base's tensors do not merge; 'graft methods' says which."
        },
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  graft merge --adapter adapters/tickets --out bases/tickets",
            "  graft predict --adapter bases/tickets/" + MergedBase.HEAD + " \"where is my parcel?\""
        })
final class MergeCommand implements Callable<Integer> {
    @Option(names = "--adapter", required = true, paramLabel = "DIR", description = "The adapter's directory.")
    private Path adapter;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "A new directory.")
    private Path out;

    @Option(
            names = "--base",
            paramLabel = "NAME|DIR",
            description = "Where the adapter's base is now (where it was when the adapter was trained).")
    private @Nullable String base;

    @Mixin
    private Console console;

    @SuppressWarnings("NullAway.Init") // picocli fills in options and mixins
    MergeCommand() {}

    @Override
    public Integer call() {
        String name = base == null ? AdapterCard.read(adapter).base().name() : base;
        MergedBase.write(EngineOptions.resolve(name, console), adapter, out);
        Path head = out.resolve(MergedBase.HEAD);
        if (console.json()) {
            ObjectNode json = JsonNodeFactory.instance.objectNode();
            console.print(json.put("adapter", adapter.toString())
                    .put("base", name)
                    .put("directory", out.toString())
                    .put("head", head.toString()));
        } else {
            console.say("%s with %s merged is written to %s".formatted(name, adapter, out));
            console.say("Its head answers by:");
            console.say("  %s predict --adapter %s \"...\"".formatted(Console.program(), head));
        }
        return ExitCode.OK;
    }
}
