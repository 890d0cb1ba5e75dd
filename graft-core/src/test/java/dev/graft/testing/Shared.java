package dev.graft.testing;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** The folder of real data, models and golden files that lies beside the project, and may be absent. */
public final class Shared {
    private static final Path ROOT = Path.of("../../shared");

    private Shared() {}

    /** The path below the shared folder; the calling test is skipped, with this message, where it is missing. */
    public static Path require(String path) {
        Path file = ROOT.resolve(path);
        Assumptions.assumeTrue(Files.exists(file), () -> "skipped: " + path + " is not in ../shared");
        return file;
    }
}
