package dev.graft.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.graft.model.Pooling;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BuiltInBasesTest {
    @TempDir
    Path folder;

    private final AtomicInteger fetches = new AtomicInteger();

    private static BuiltIn base(@Nullable String archive, String... entries) throws Exception {
        List<BuiltIn.Entry> files = List.of(entries).stream()
                .map(entry -> new BuiltIn.Entry(entry, entry, entry.length(), sha256(entry)))
                .toList();
        return new BuiltIn(
                "tiny",
                "",
                "g:a:1",
                "MIT",
                archive,
                entries[0],
                entries[1],
                files,
                new JsonMapper().readTree("{\"graft_pooling\": \"CLS\"}"));
    }

    private static String sha256(String text) {
        return HexFormat.of().formatHex(Sha256.digest().digest(bytes(text)));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] zip(Map<String, byte[]> files) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (var file : files.entrySet()) {
                zip.putNextEntry(new ZipEntry(file.getKey()));
                zip.write(file.getValue());
            }
        }
        return bytes.toByteArray();
    }

    private BuiltInBases bases(BuiltIn base, byte[] jar) throws Exception {
        Path file = Files.write(folder.resolve("a.jar"), jar);
        return new BuiltInBases(folder.resolve("cache"), List.of(base), (coordinates, progress) -> {
            fetches.incrementAndGet();
            return file;
        });
    }

    private static final Map<String, byte[]> GOOD = Map.of("w", bytes("w"), "t", bytes("t"), "x", new byte[9]);

    @Test
    void unpacksOnce() throws Exception {
        BuiltIn base = base(null, "w", "t");
        BuiltInBases bases = bases(base, zip(GOOD));

        BaseFiles files = bases.fetch(base, DownloadProgress.NONE);

        assertThat(files.weights()).hasContent("w");
        assertThat(files.tokenizer()).hasContent("t");
        assertThat(files.config()).content().contains("graft_pooling");
        assertThat(files.pooling()).isEqualTo(Pooling.CLS);
        assertThat(bases.known()).allMatch(KnownBase::cached);
        assertThat(bases.fetch(base, DownloadProgress.NONE)).isEqualTo(files);
        assertThat(fetches).hasValue(1);
    }

    @Test
    void mendsADamagedFolder() throws Exception {
        BuiltIn base = base(null, "w", "t");
        BuiltInBases bases = bases(base, zip(GOOD));
        Files.delete(bases.fetch(base, DownloadProgress.NONE).tokenizer());

        assertThat(bases.fetch(base, DownloadProgress.NONE).tokenizer()).hasContent("t");
    }

    @Test
    void unpacksAnArchiveInsideTheJar() throws Exception {
        BuiltIn base = base("inner", "w", "t");

        BaseFiles files = bases(base, zip(Map.of("inner", zip(GOOD)))).fetch(base, DownloadProgress.NONE);

        assertThat(files.weights()).hasContent("w");
        assertThat(files.weights().resolveSibling("x")).doesNotExist();
    }

    @Test
    void refusesOtherFilesThanExpected() throws Exception {
        BuiltIn base = base(null, "w", "t");
        assertThatThrownBy(() -> bases(base, zip(Map.of("w", bytes("v"), "t", bytes("t"))))
                        .fetch(base, DownloadProgress.NONE))
                .isInstanceOf(HubException.class)
                .hasMessageContaining(sha256("w"))
                .hasMessageContaining(sha256("v"));
        assertThatThrownBy(() -> bases(base, zip(Map.of("w", bytes("w")))).fetch(base, DownloadProgress.NONE))
                .hasMessageContaining("holds no t");
        assertThatThrownBy(() -> bases(base, bytes("<html>")).fetch(base, DownloadProgress.NONE))
                .isInstanceOf(HubException.class)
                .hasMessageContaining("not a whole jar");
        BuiltIn nested = base("inner", "w", "t");
        assertThatThrownBy(() -> bases(nested, zip(Map.of("inner", zip(Map.of("w", bytes("w"))))))
                        .fetch(nested, DownloadProgress.NONE))
                .hasMessageContaining("holds no t");
        assertThat(folder.resolve("cache/bases/tiny")).doesNotExist();
    }
}
