package dev.graft.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DownloaderTest {
    private static final byte[] BODY = "0123456789".repeat(20_000).getBytes(StandardCharsets.UTF_8);
    private static final String SHA256 =
            HexFormat.of().formatHex(Sha256.digest().digest(BODY));
    private static final String FILE = "/a/b/resolve/main/model.safetensors";

    @TempDir
    Path folder;

    private Path target;
    private SimpleServer server;
    private final List<String> progress = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        server = new SimpleServer();
        target = folder.resolve("model.safetensors");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Downloader downloader(String token) {
        return new Downloader(
                new Endpoint(server.address(), token.isEmpty() ? null : token),
                Duration.ZERO,
                Duration.ofSeconds(1),
                (file, done, total) -> progress.add(file + " " + done + "/" + total));
    }

    @Test
    void downloadsAndChecks() {
        server.on(FILE, SimpleServer.bytes(BODY, "ETag", '"' + SHA256 + '"', "X-Repo-Commit", "c0ffee"));

        assertThat(downloader("").fetch(FILE.substring(1), target))
                .hasValueSatisfying(fetched -> assertThat(fetched.commit()).hasValue("c0ffee"));
        assertThat(target).hasBinaryContent(BODY);
        assertThat(folder).isDirectoryNotContaining("glob:**.part").isDirectoryNotContaining("glob:**.tag");
        assertThat(progress).endsWith("model.safetensors 200000/200000");
    }

    @Test
    void goesOnAfterACutConnection() {
        String tag = '"' + SHA256 + '"';
        server.on(
                FILE,
                SimpleServer.inTurn(SimpleServer.cut(BODY, 70_000, "ETag", tag), SimpleServer.rest(BODY, "ETag", tag)));

        downloader("").fetch(FILE.substring(1), target);

        assertThat(target).hasBinaryContent(BODY);
        assertThat(server.requests()).hasSize(2);
        SimpleServer.Request second = server.requests().get(1);
        assertThat(second.header("Range")).matches("bytes=[1-9]\\d*-");
        assertThat(second.header("If-range")).isEqualTo(tag);
    }

    @Test
    void goesOnInALaterRun() throws Exception {
        Files.write(folder.resolve("model.safetensors.part"), "012345".getBytes(StandardCharsets.UTF_8));
        Files.writeString(folder.resolve("model.safetensors.tag"), "\"v1\"");
        server.on(FILE, SimpleServer.rest(BODY, "ETag", "\"v1\""));

        downloader("").fetch(FILE.substring(1), target);

        assertThat(target).hasBinaryContent(BODY);
        assertThat(server.requests().getFirst().header("Range")).isEqualTo("bytes=6-");
    }

    @Test
    void hangsUpOnAServerThatSendsNothingMore() {
        String tag = '"' + SHA256 + '"';
        server.on(
                FILE,
                SimpleServer.inTurn(server.stalled(BODY, 70_000, "ETag", tag), SimpleServer.rest(BODY, "ETag", tag)));

        downloader("").fetch(FILE.substring(1), target);

        assertThat(target).hasBinaryContent(BODY);
    }

    @Test
    void saysWhatHappenedWhenTheServerAlwaysStalls() {
        server.on(FILE, server.stalled(BODY, 70_000));

        assertThatThrownBy(() -> downloader("").fetch(FILE.substring(1), target))
                .isInstanceOf(HubException.class)
                .hasMessageContaining("the server sent nothing for 1 seconds");
    }

    @Test
    void fetchesNothingAgainThatIsComplete() throws Exception {
        Files.write(folder.resolve("model.safetensors.part"), BODY);
        Files.writeString(folder.resolve("model.safetensors.tag"), "\"v1\"");
        server.on(FILE, SimpleServer.status(416, "Content-Range", "bytes */" + BODY.length));

        downloader("").fetch(FILE.substring(1), target);

        assertThat(target).hasBinaryContent(BODY);
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void beginsAnewAfterMoreThanTheFileHas() throws Exception {
        Files.write(folder.resolve("model.safetensors.part"), new byte[BODY.length + 1]);
        Files.writeString(folder.resolve("model.safetensors.tag"), "\"v1\"");
        server.on(
                FILE,
                SimpleServer.inTurn(
                        SimpleServer.status(416, "Content-Range", "bytes */" + BODY.length), SimpleServer.bytes(BODY)));

        downloader("").fetch(FILE.substring(1), target);

        assertThat(target).hasBinaryContent(BODY);
    }

    @Test
    void doesNotTryAgainWhenTheDiskIsFull() throws Exception {
        Path full = Path.of("/dev/full");
        assumeTrue(Files.exists(full));
        Files.createSymbolicLink(folder.resolve("model.safetensors.part"), full);
        Files.writeString(folder.resolve("model.safetensors.tag"), "\"v1\"");
        server.on(FILE, SimpleServer.rest(BODY, "ETag", "\"v1\""));

        assertThatThrownBy(() -> downloader("").fetch(FILE.substring(1), target))
                .isInstanceOf(HubException.class)
                .hasMessageContaining("model.safetensors.part: cannot be written: No space left")
                .hasMessageContaining("make room");
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void beginsAnewWhenTheFileChanged() throws Exception {
        Files.writeString(folder.resolve("model.safetensors.part"), "of another version");
        Files.writeString(folder.resolve("model.safetensors.tag"), "\"v1\"");
        server.on(FILE, SimpleServer.bytes(BODY, "ETag", "\"v2\""));

        downloader("").fetch(FILE.substring(1), target);

        assertThat(target).hasBinaryContent(BODY);
    }

    @Test
    void refusesOtherBytesThanAnnounced() {
        server.on(FILE, SimpleServer.bytes(BODY, "ETag", '"' + "0".repeat(64) + '"'));

        assertThatThrownBy(() -> downloader("").fetch(FILE.substring(1), target))
                .isInstanceOf(HubException.class)
                .hasMessageContaining(SHA256)
                .hasMessageContaining("0".repeat(64));
        assertThat(target).doesNotExist();
        assertThat(folder).isDirectoryNotContaining("glob:**.part");
    }

    @Test
    void checksTheSumAnnouncedBesideARedirectAndKeepsTheTokenAtHome() throws Exception {
        try (SimpleServer elsewhere = new SimpleServer()) {
            server.on(
                    FILE,
                    SimpleServer.status(
                            302,
                            "Location",
                            elsewhere.address() + "/cdn",
                            "X-Linked-Etag",
                            '"' + "1".repeat(64) + '"'));
            elsewhere.on("/cdn", SimpleServer.bytes(BODY, "ETag", "\"other\""));

            assertThatThrownBy(() -> downloader("secret").fetch(FILE.substring(1), target))
                    .hasMessageContaining("1".repeat(64));
            assertThat(server.requests().getFirst().header("Authorization")).isEqualTo("Bearer secret");
            assertThat(elsewhere.requests()).hasSize(1);
            assertThat(elsewhere.requests().getFirst().headers()).doesNotContainKey("Authorization");
        }
    }

    @Test
    void followsRedirectsOnTheHubItself() {
        server.on(FILE, SimpleServer.status(307, "Location", "/cache/file"));
        server.on("/cache/file", SimpleServer.bytes(BODY));

        downloader("secret").fetch(FILE.substring(1), target);

        assertThat(target).hasBinaryContent(BODY);
        assertThat(server.requests())
                .allMatch(request -> request.header("Authorization").equals("Bearer secret"));
    }

    @Test
    void aMissingFileIsNoError() {
        assertThat(downloader("").fetch("a/b/resolve/main/absent", target)).isEmpty();
        assertThat(target).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource({
        "401, 1, set HF_TOKEN",
        "403, 1, terms must be accepted",
        "400, 1, check the id",
        "429, 5, a token in HF_TOKEN raises the limit",
        "503, 5, the server answers 503"
    })
    void saysWhatToDoAboutARefusal(int status, int tries, String advice) {
        server.on(FILE, SimpleServer.status(status, "Retry-After", "0"));

        assertThatThrownBy(() -> downloader("").fetch(FILE.substring(1), target))
                .isInstanceOf(HubException.class)
                .hasMessageContaining(FILE)
                .hasMessageContaining(advice);
        assertThat(server.requests()).hasSize(tries);
    }

    @Test
    void triesAgainWhenTheServerIsBusy() {
        server.on(FILE, SimpleServer.inTurn(SimpleServer.status(503), SimpleServer.bytes(BODY)));

        downloader("").fetch(FILE.substring(1), target);

        assertThat(target).hasBinaryContent(BODY);
    }

    @Test
    void givesUpOnACircleOfRedirects() {
        server.on(FILE, SimpleServer.status(302, "Location", FILE));

        assertThatThrownBy(() -> downloader("").fetch(FILE.substring(1), target))
                .hasMessageContaining("redirects");
    }
}
