package dev.graft.cli;

import dev.graft.Base;
import dev.graft.hub.BaseFiles;
import dev.graft.hub.Hub;
import dev.graft.tensor.Device;
import dev.graft.tensor.Precision;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What a base computes on and in. */
final class EngineOptions {
    @Option(
            names = "--dtype",
            paramLabel = "fp32|bf16|auto",
            defaultValue = "auto",
            description = "What layers compute in; auto is bf16 where the processor multiplies it fast.")
    private String dtype;

    @Option(
            names = "--device",
            paramLabel = "cpu|cuda|auto",
            defaultValue = "auto",
            description = "What computes; auto is a GPU where there is one.")
    private String device;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @SuppressWarnings("NullAway.Init") // picocli fills in defaults and the specification
    EngineOptions() {}

    /** Refuses values that cannot be, before anything long begins. */
    void check() {
        Failures.checked(spec, () -> Precision.named(dtype));
        Failures.checked(spec, () -> Device.parse(device));
    }

    /** Opens a base from its files. */
    Base open(BaseFiles files) {
        Precision precision = Failures.checked(spec, () -> Precision.named(dtype));
        Device chosen = Failures.checked(spec, () -> Device.parse(device));
        return Base.open(files, precision, chosen);
    }

    /** Finds a base's files. A directory is remembered by its whole path, which holds wherever it is asked for. */
    static BaseFiles resolve(String name, Console console) {
        try (DownloadBar bar = new DownloadBar(console)) {
            BaseFiles files = Hub.standard().withProgress(bar).resolve(name);
            Path config = files.config().toAbsolutePath().normalize();
            boolean directory = Files.isDirectory(Path.of(name))
                    && config.startsWith(Path.of(name).toAbsolutePath().normalize());
            return directory
                    ? new BaseFiles(
                            Path.of(name).toAbsolutePath().normalize().toString(),
                            files.config(),
                            files.weights(),
                            files.tokenizer(),
                            files.pooling())
                    : files;
        }
    }
}
