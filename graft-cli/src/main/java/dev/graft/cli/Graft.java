package dev.graft.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The {@code graft} command: the root of its subcommands. Exit codes: 0 done, 1 failed, 2 usage. */
@Command(
        name = "graft",
        description = "Trains small adapters on frozen pretrained Transformers.",
        mixinStandardHelpOptions = true)
public final class Graft {
    private Graft() {}

    public static void main(String[] args) {
        CommandLine graft = new CommandLine(new Graft());
        graft.getCommandSpec().version("graft " + Graft.class.getPackage().getImplementationVersion());
        System.exit(graft.execute(args));
    }
}
