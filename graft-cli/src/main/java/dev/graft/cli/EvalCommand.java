package dev.graft.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.graft.Base;
import dev.graft.adapter.Adapter;
import dev.graft.data.Row;
import dev.graft.data.Rows;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code graft eval}: how well an adapter does on labelled rows. */
@Command(
        name = "eval",
        description = "Judges an adapter by labelled rows that it has not seen.",
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  graft eval --adapter adapters/tickets --data examples/tickets-test.csv",
            "  graft eval --adapter adapters/tickets --data test.jsonl --label intent --json"
        })
final class EvalCommand implements Callable<Integer> {
    @Mixin
    private AdapterOption adapter;

    @Option(names = "--data", required = true, paramLabel = "FILE", description = "Labelled rows: CSV, TSV or JSONL.")
    private Path data;

    @Mixin
    private ColumnOptions columns;

    @Mixin
    private Console console;

    @SuppressWarnings("NullAway.Init") // picocli fills in options and mixins
    EvalCommand() {}

    @Override
    public Integer call() {
        List<Row> rows = Rows.readLabelled(data, columns.columns());
        try (Base base = adapter.openBase(console);
                Adapter loaded = base.load(adapter.directory())) {
            console.say("Data    %s: %s".formatted(data, columns.layout(data).describe()));
            console.say("Rows    " + Table.count(rows.size()));
            Scores scores = Scores.of(base, loaded, rows, data.toString());
            console.say("");
            console.say(scores.lines());
            if (console.json()) {
                ObjectNode json = JsonNodeFactory.instance.objectNode();
                json.put("adapter", adapter.directory().toString()).put("data", data.toString());
                scores.addTo(json);
                console.print(json);
            }
        }
        return ExitCode.OK;
    }
}
