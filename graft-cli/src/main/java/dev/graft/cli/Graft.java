package dev.graft.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** The {@code graft} command: the root of its subcommands. Exit codes: 0 done, 1 failed, 2 usage. */
@Command(
        name = "graft",
        description = "Trains small adapters on frozen pretrained Transformers.",
        mixinStandardHelpOptions = true,
        versionProvider = Graft.Version.class)
public final class Graft {
    private Graft() {}

    public static void main(String[] args) {
        System.exit(new CommandLine(new Graft()).execute(args));
    }

    /** The version that the build wrote into this jar. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Graft.class.getPackage().getImplementationVersion();
            return new String[] {"graft " + (version == null ? "(not packaged)" : version)};
        }
    }
}
