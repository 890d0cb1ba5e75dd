package dev.graft.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The {@code graft} command: the root of its subcommands. Exit codes: 0 done, 1 failed, 2 usage. */
@Command(
        name = "graft",
        description = "Trains small adapters on frozen pretrained Transformers.",
        subcommands = {
            TrainCommand.class,
            EvalCommand.class,
            PredictCommand.class,
            InspectCommand.class,
            MergeCommand.class,
            ImportCommand.class,
            ExportCommand.class,
            BasesCommand.class,
            MethodsCommand.class
        },
        footer = {
            "",
            "Begin with:",
            "  graft train --data examples/tickets.csv",
            "  graft predict --adapter adapters/tickets \"where is my parcel?\"",
            "",
            "Exit codes: 0 done, 1 failed, 2 wrong usage."
        })
public final class Graft {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Show this help.")
    private boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Show the version.")
    private boolean version;

    @Option(
            names = "--debug",
            scope = ScopeType.INHERIT,
            description = "Show the stack trace of an error (or set GRAFT_DEBUG=1).")
    private boolean debug;

    private Graft() {}

    public static void main(String[] args) {
        // Whatever the locale: data is UTF-8, and so is what is said about it.
        PrintWriter out = utf8(FileDescriptor.out);
        PrintWriter err = utf8(FileDescriptor.err);
        int exitCode = commandLine(out, err).execute(args);
        out.flush();
        err.flush();
        System.exit(exitCode);
    }

    private static PrintWriter utf8(FileDescriptor stream) {
        return new PrintWriter(new FileOutputStream(stream), false, StandardCharsets.UTF_8);
    }

    /** The whole command line, printing to the given writers. */
    static CommandLine commandLine(PrintWriter out, PrintWriter err) {
        Graft graft = new Graft();
        CommandLine line = new CommandLine(graft);
        line.getCommandSpec().version("graft " + Graft.class.getPackage().getImplementationVersion());
        line.setOut(out);
        line.setErr(err);
        line.setUsageHelpWidth(100);
        line.setExecutionStrategy(parsed -> {
            try {
                return new CommandLine.RunLast().execute(parsed);
            } catch (OutOfMemoryError e) {
                return Failures.heapFull(e, line);
            }
        });
        line.setParameterExceptionHandler(Failures::usage);
        line.setExecutionExceptionHandler((failure, command, parsed) ->
                Failures.report(failure, command, graft.debug || "1".equals(System.getenv("GRAFT_DEBUG"))));
        return line;
    }
}
