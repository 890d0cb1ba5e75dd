package dev.graft.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.graft.model.Pooling;
import eu.maveniverse.maven.mima.context.ContextOverrides;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MavenArtifactsTest {
    @TempDir
    Path folder;

    private MavenArtifacts withMirror(URI mirror) throws Exception {
        Path settings = Files.writeString(folder.resolve("settings.xml"), """
                <settings><mirrors><mirror>
                  <id>test-mirror</id><mirrorOf>*</mirrorOf><url>%s</url>
                </mirror></mirrors></settings>
                """.formatted(mirror));
        return new MavenArtifacts(ContextOverrides.create()
                .withUserSettings(true)
                .withUserSettingsXmlOverride(settings)
                .withLocalRepositoryOverride(folder.resolve("repository"))
                .build());
    }

    @Test
    void usesTheMirrorOfTheSettings() throws Exception {
        byte[] jar = {1, 2, 3};
        try (SimpleServer server = new SimpleServer()) {
            server.on("/g/a/1/a-1.jar", SimpleServer.bytes(jar));
            String sha1 =
                    HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(jar));
            server.on("/g/a/1/a-1.jar.sha1", SimpleServer.text(sha1));

            Path file = withMirror(server.address()).jar("g:a:1", DownloadProgress.NONE);

            assertThat(file).hasBinaryContent(jar).startsWith(folder.resolve("repository"));
        }
    }

    @Test
    void saysWhatWasTried() throws Exception {
        try (SimpleServer server = new SimpleServer()) {
            MavenArtifacts artifacts = withMirror(server.address());
            assertThatThrownBy(() -> artifacts.jar("g:a:1", DownloadProgress.NONE))
                    .isInstanceOf(HubException.class)
                    .hasMessageContaining("g:a:1")
                    .hasMessageContaining("test-mirror")
                    .hasMessageContaining(folder.resolve("repository").toString())
                    .hasMessageContaining("settings.xml");
        }
    }

    /** The real artifact, from the user's local repository where it is there already. */
    @Test
    void resolvesMinilmAndThenNeedsNeitherMavenNorNetwork() {
        Path cache = folder.resolve("cache");
        Endpoint nowhere = new Endpoint(URI.create("http://127.0.0.1:1"), null);
        try {
            new Hub(cache, nowhere).resolve("minilm");
        } catch (HubException e) {
            Assumptions.abort("skipped: " + e.getMessage());
        }
        Hub offline = new Hub(cache, nowhere, Duration.ZERO, DownloadProgress.NONE, (coordinates, progress) -> {
            throw new AssertionError("asked for " + coordinates);
        });

        BaseFiles files = offline.resolve("minilm");

        assertThat(files.pooling()).isEqualTo(Pooling.MEAN);
        assertThat(files.weights()).exists().hasFileName("model.onnx");
        assertThat(files.config()).content().contains("\"num_hidden_layers\" : 6");
        assertThat(offline.isCached("minilm")).isTrue();
        assertThat(new BaseDirectory(cache.resolve("bases/minilm")).read("minilm"))
                .isEqualTo(files);
    }
}
