package dev.graft.cli;

import dev.graft.adapter.AdapterException;
import dev.graft.data.DataException;
import dev.graft.hub.HubException;
import dev.graft.model.ModelException;
import dev.graft.task.LabelException;
import dev.graft.tensor.OutOfMemoryException;
import dev.graft.tensor.TensorException;
import dev.graft.text.TextException;
import dev.graft.train.TrainingException;
import dev.graft.weights.WeightsException;
import java.io.PrintWriter;
import java.util.List;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What a person sees of an error: one message that says what to do, and a stack trace only of what nobody foresaw. */
final class Failures {
    /** The errors whose message is written for the user. */
    private static final List<Class<? extends RuntimeException>> FORESEEN = List.of(
            DataException.class,
            LabelException.class,
            HubException.class,
            AdapterException.class,
            ModelException.class,
            WeightsException.class,
            TextException.class,
            TrainingException.class,
            TensorException.class,
            CommandException.class);

    private Failures() {}

    /** Reports wrong usage. */
    static int usage(ParameterException failure, String[] args) {
        CommandLine command = failure.getCommandLine();
        PrintWriter err = command.getErr();
        err.println("error: " + failure.getMessage());
        UnmatchedArgumentException.printSuggestions(failure, err);
        err.println("See " + Console.program() + subcommand(command.getCommandSpec()) + " --help");
        err.flush();
        return ExitCode.USAGE;
    }

    private static String subcommand(CommandSpec spec) {
        String name = spec.qualifiedName();
        return name.substring(spec.root().name().length());
    }

    /** Reports a command that failed. */
    static int report(Exception failure, CommandLine command, boolean debug) {
        PrintWriter err = command.getErr();
        boolean foreseen = FORESEEN.stream().anyMatch(type -> type.isInstance(failure));
        if (failure instanceof OutOfMemoryException) {
            err.println("error: out of memory (" + failure.getMessage()
                    + "); lower --batch or --max-length, or close other programs");
        } else if (foreseen) {
            err.println("error: " + failure.getMessage());
        } else {
            err.println("unexpected error: " + failure);
        }
        if (debug || !foreseen) {
            failure.printStackTrace(err);
        }
        if (!foreseen) {
            err.println("This is a bug in Graft; please report it with the lines above.");
        }
        err.flush();
        return ExitCode.SOFTWARE;
    }

    /** Reports that Java's heap is too small, which holds the rows; tensors lie outside it. */
    static int heapFull(OutOfMemoryError failure, CommandLine command) {
        PrintWriter err = command.getErr();
        err.println("error: out of memory (%s); give fewer rows, or Java more memory by JAVA_TOOL_OPTIONS=-Xmx%dm"
                .formatted(failure.getMessage(), 2 * (Runtime.getRuntime().maxMemory() >> 20)));
        err.flush();
        return ExitCode.SOFTWARE;
    }

    /** Runs what judges the values of options: where it refuses one, that is wrong usage. */
    static <T> T checked(CommandSpec spec, Supplier<T> options) {
        try {
            return options.get();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }
}
