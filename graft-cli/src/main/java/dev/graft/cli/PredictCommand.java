package dev.graft.cli;

import dev.graft.Base;
import dev.graft.adapter.Adapter;
import dev.graft.data.Columns;
import dev.graft.data.Format;
import dev.graft.data.Row;
import dev.graft.data.RowReader;
import dev.graft.task.Prediction;
import dev.graft.task.Task;
import dev.graft.weights.AtomicFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code graft predict}: what an adapter says of texts. */
@Command(
        name = "predict",
        description = {
            "Says what an adapter makes of texts: of the arguments, else of a file's rows, else of each line of standard"
                    + " input.",
            "Answers come in the order of the texts, with a probability for each label."
        },
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  graft predict --adapter adapters/tickets \"where is my parcel?\"",
            "  graft predict --adapter adapters/tickets --data new.csv --out answers.csv",
            "  graft predict --adapter adapters/seed1 --adapter adapters/seed2 --adapter adapters/seed3 --data new.csv",
            "  tail -n 100 messages.txt | graft predict --adapter adapters/tickets --format jsonl"
        })
final class PredictCommand implements Callable<Integer> {
    /** Rows that are sorted by length and answered together; more would save little, and memory stays flat. */
    private static final int CHUNK_ROWS = 1024;

    private static final long CHUNK_CHARACTERS = 4L << 20;

    @Mixin
    private AdapterOption adapter;

    @Parameters(paramLabel = "TEXT", arity = "0..*", description = "The texts.")
    private List<String> texts = new ArrayList<>();

    @Option(
            names = "--data",
            paramLabel = "FILE",
            description = "Rows with texts: CSV, TSV, JSONL, or one text a line.")
    private @Nullable Path data;

    @Mixin
    private TextColumns columns;

    @Option(
            names = "--format",
            paramLabel = "csv|jsonl",
            converter = AnswerFormat.Name.class,
            description = "How to write the answers (as --out ends, else csv; on a terminal a table).")
    private @Nullable AnswerFormat format;

    @Option(names = "--out", paramLabel = "FILE", description = "Where to write the answers (standard output).")
    private @Nullable Path out;

    @Mixin
    private Console console;

    @Spec
    private CommandSpec spec;

    @SuppressWarnings("NullAway.Init") // picocli fills in options and mixins
    PredictCommand() {}

    @Override
    public Integer call() throws IOException {
        if (!texts.isEmpty() && data != null) {
            throw new ParameterException(spec.commandLine(), "give texts as arguments or by --data, not both");
        }
        try (Source source = source();
                Base base = adapter.openBase(console);
                Voters loaded = Voters.load(base, adapter.directories())) {
            if (out == null) {
                return predict(base, loaded.adapters(), source, console.out());
            }
            Path file = out;
            AtomicFile.write(file, channel -> {
                Writer writer = Channels.newWriter(channel, StandardCharsets.UTF_8);
                predict(base, loaded.adapters(), source, writer);
            });
            return ExitCode.OK;
        } catch (IOException | UncheckedIOException e) {
            throw new CommandException(
                    "cannot write the answers%s: %s".formatted(out == null ? "" : " to " + out, e), e);
        }
    }

    /** The adapters that answer together. */
    private record Voters(List<Adapter> adapters) implements AutoCloseable {
        static Voters load(Base base, List<Path> directories) {
            Voters voters = new Voters(new ArrayList<>());
            try {
                for (Path directory : directories) {
                    voters.adapters.add(base.load(directory));
                    voters.requireSameTask(directory);
                }
                return voters;
            } catch (RuntimeException e) {
                voters.close();
                throw e;
            }
        }

        private void requireSameTask(Path directory) {
            Task expected = adapters.getFirst().task();
            Task task = adapters.getLast().task();
            if (!task.equals(expected)) {
                throw new CommandException("--adapter %s: has %s; to vote with the first one it must have %s"
                        .formatted(directory, describe(task), describe(expected)));
            }
        }

        private static String describe(Task task) {
            return task.labels().isEmpty()
                    ? "the task " + task.name()
                    : "the task %s with the labels %s".formatted(task.name(), String.join(", ", task.labels()));
        }

        @Override
        public void close() {
            adapters.forEach(Adapter::close);
        }
    }

    /**
     * The texts to answer.
     *
     * @param chunk how many may be waited for before the first is answered
     */
    private record Source(
            Iterator<Row> rows,
            boolean pairs,
            int chunk,
            @Nullable RowReader reader) implements AutoCloseable {
        static Source of(RowReader reader, int chunk) {
            return new Source(reader, reader.layout().pair() != null, chunk, reader);
        }

        @Override
        public void close() {
            if (reader != null) {
                reader.close();
            }
        }
    }

    private Source source() {
        if (!texts.isEmpty()) {
            List<Row> rows = new ArrayList<>();
            texts.forEach(text -> rows.add(new Row(rows.size() + 1, text, null, null)));
            return new Source(rows.iterator(), false, CHUNK_ROWS, null);
        }
        if (data != null) {
            return Source.of(RowReader.open(data, columns.columns(null)), CHUNK_ROWS);
        }
        if (Console.readsTerminal()) {
            console.err().println("Type a text a line; Ctrl-D ends.");
            console.err().flush();
        }
        RowReader lines = RowReader.open(System.in, "standard input", Format.LINES, Columns.GUESS);
        return Source.of(lines, Console.readsTerminal() ? 1 : CHUNK_ROWS);
    }

    private AnswerFormat format() {
        if (format != null || console.json()) {
            return format != null ? format : AnswerFormat.JSONL;
        }
        if (out != null) {
            return out.toString().endsWith(".jsonl") ? AnswerFormat.JSONL : AnswerFormat.CSV;
        }
        return Console.printsToTerminal() && data == null ? AnswerFormat.TABLE : AnswerFormat.CSV;
    }

    private int predict(Base base, List<Adapter> voters, Source source, Writer writer) throws IOException {
        Answers answers = Answers.to(writer, format(), voters.getFirst().task(), source.pairs());
        answers.begin();
        List<Row> chunk = new ArrayList<>();
        long characters = 0;
        while (source.rows().hasNext()) {
            Row row = source.rows().next();
            chunk.add(row);
            characters += row.text().length();
            if (chunk.size() >= source.chunk()
                    || characters >= CHUNK_CHARACTERS
                    || !source.rows().hasNext()) {
                List<Prediction> predictions = base.vote(voters, chunk);
                for (int i = 0; i < chunk.size(); i++) {
                    answers.write(chunk.get(i), predictions.get(i));
                }
                writer.flush();
                chunk.clear();
                characters = 0;
                if (out == null && console.out().checkError()) {
                    // Nobody reads on: the pipe's other end was closed.
                    return ExitCode.SOFTWARE;
                }
            }
        }
        writer.flush();
        return ExitCode.OK;
    }
}
