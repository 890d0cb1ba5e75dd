package dev.graft.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the hub takes from the environment and the home folder. */
class SurroundingsTest {
    @TempDir
    Path home;

    @Test
    void theCacheIsWhereThePlatformKeepsCaches() {
        assertThat(CacheFolder.of(Map.of(), "Linux", home)).isEqualTo(home.resolve(".cache/graft"));
        assertThat(CacheFolder.of(Map.of("XDG_CACHE_HOME", "/x"), "Linux", home))
                .isEqualTo(Path.of("/x/graft"));
        assertThat(CacheFolder.of(Map.of(), "Mac OS X", home)).isEqualTo(home.resolve("Library/Caches/graft"));
        assertThat(CacheFolder.of(Map.of(), "Windows 11", home)).isEqualTo(home.resolve("AppData/Local/graft"));
        assertThat(CacheFolder.of(Map.of("GRAFT_CACHE", "/own", "XDG_CACHE_HOME", "/x"), "Linux", home))
                .isEqualTo(Path.of("/own"));
        assertThat(CacheFolder.of(Map.of("GRAFT_CACHE", " "), "Linux", home)).isEqualTo(home.resolve(".cache/graft"));
    }

    @Test
    void theTokenComesFromTheEnvironmentOrTheStoredLogin() throws Exception {
        assertThat(Endpoint.of(Map.of(), home).token()).isNull();
        Files.createDirectories(home.resolve(".cache/huggingface"));
        Files.writeString(home.resolve(".cache/huggingface/token"), "stored\n");
        assertThat(Endpoint.of(Map.of(), home).token()).isEqualTo("stored");
        assertThat(Endpoint.of(Map.of("HF_TOKEN", "mine"), home)).satisfies(endpoint -> {
            assertThat(endpoint.token()).isEqualTo("mine");
            assertThat(endpoint.toString()).doesNotContain("mine");
        });
    }

    @Test
    void theEndpointCanBeAnotherServer() {
        Endpoint mirror = Endpoint.of(Map.of("HF_ENDPOINT", "https://hub.example/hf/"), home);
        assertThat(mirror.resolve("a/b")).isEqualTo(URI.create("https://hub.example/hf/a/b"));
        assertThat(mirror.owns(URI.create("https://hub.example:443/x"))).isTrue();
        assertThat(mirror.owns(URI.create("http://hub.example/x"))).isFalse();
        assertThat(mirror.owns(URI.create("https://hub.example.evil/x"))).isFalse();
        assertThatThrownBy(() -> Endpoint.of(Map.of("HF_ENDPOINT", "hub.example"), home))
                .isInstanceOf(HubException.class)
                .hasMessageContaining("HF_ENDPOINT");
    }

    @Test
    void idsAreReadWithAndWithoutRevision() {
        assertThat(HubId.parse("a/b")).contains(new HubId("a", "b", "main"));
        assertThat(HubId.parse("a/b.c@refs/pr/1")).hasValueSatisfying(id -> {
            assertThat(id.path(id.revision(), "x")).isEqualTo("a/b.c/resolve/refs%2Fpr%2F1/x");
            assertThat(id.folder()).isEqualTo("a--b.c@refs%2Fpr%2F1");
        });
        assertThat(HubId.parse("a/b@../c")).isEmpty();
        assertThat(HubId.parse("a")).isEmpty();
    }
}
