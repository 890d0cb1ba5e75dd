package dev.graft.weights;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Assumptions;

/** The local Maven repository, where the bases lie once somebody has fetched them. */
final class MavenRepository {
    private static final Path ROOT =
            Path.of(System.getProperty("maven.repo.local", System.getProperty("user.home") + "/.m2/repository"));

    private MavenRepository() {}

    /** The jar; the calling test is skipped, with this message, where it was never fetched. */
    static Path require(String group, String artifact, String version) {
        Path jar = ROOT.resolve(group.replace('.', '/'))
                .resolve(artifact)
                .resolve(version)
                .resolve("%s-%s.jar".formatted(artifact, version));
        Assumptions.assumeTrue(
                Files.exists(jar),
                () -> "skipped: %s:%s:%s is not in the local Maven repository".formatted(group, artifact, version));
        return jar;
    }

    /** Unpacks the entry whose name ends so. */
    static Path unpack(Path jar, String suffix, Path target) throws IOException {
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            ZipEntry entry = zip.stream()
                    .filter(e -> e.getName().endsWith(suffix))
                    .findFirst()
                    .orElseThrow(() -> new IOException(jar + " has no entry " + suffix));
            Files.copy(zip.getInputStream(entry), target);
            return target;
        }
    }
}
