package dev.graft.bench;

import dev.graft.bench.golden.GoldenCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The {@code graft-bench} command: the root of its subcommands. Exit codes: 0 done, 1 failed, 2 usage. */
@Command(
        name = "graft-bench",
        description = "Checks Graft against golden files and measures it.",
        mixinStandardHelpOptions = true,
        subcommands = {
            GoldenCommand.class,
            TrainBench.class,
            PredictBench.class,
            StepsBench.class,
            QualityBench.class,
            PararelBench.class,
            MicroBench.class
        })
public final class Bench {
    private Bench() {}

    public static void main(String[] args) {
        CommandLine bench = new CommandLine(new Bench());
        bench.getCommandSpec().version("graft-bench " + Bench.class.getPackage().getImplementationVersion());
        bench.setExecutionExceptionHandler((failure, command, parsed) -> {
            if (failure instanceof IllegalArgumentException) { // an option's value: the message says which are meant
                System.err.println("graft-bench: " + failure.getMessage());
                return CommandLine.ExitCode.USAGE;
            }
            throw failure;
        });
        System.exit(bench.execute(args));
    }
}
