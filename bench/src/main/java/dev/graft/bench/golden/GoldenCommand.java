package dev.graft.bench.golden;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code graft-bench golden}: recomputes a folder of golden files and tells what agrees. */
@Command(
        name = "golden",
        description = {
            "Recomputes what the reference libraries wrote and computed.",
            "A case passes when its logits, and every stored gradient or step, are the library's."
        },
        footer = {"", "Examples:", "  graft-bench golden", "  graft-bench golden ../shared/golden"},
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:nothing failed", "1:a case failed", "2:no such folder"},
        mixinStandardHelpOptions = true)
public final class GoldenCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "DIR",
            defaultValue = "../shared/golden",
            description = "The folder of golden files; default: ${DEFAULT-VALUE}")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Path directory;

    @Override
    public Integer call() {
        if (!Files.isDirectory(directory)) {
            throw new ParameterException(spec.commandLine(), "there is no folder " + directory);
        }
        GoldenFolder folder = new GoldenFolder(directory);
        List<GoldenCase> cases = folder.cases();
        if (cases.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "%s holds no golden files: expected folders such as %s/<model> and %s/<model>/<case>"
                            .formatted(directory, Suite.BASE.folder(), Suite.PEFT.folder()));
        }
        GoldenReport report = new GoldenReport();
        try (Golden golden = new Golden(folder)) {
            cases.forEach(each -> report.add(each, golden.run(each)));
        }
        report.print(spec.commandLine().getOut());
        return report.hasFailures() ? 1 : 0;
    }
}
