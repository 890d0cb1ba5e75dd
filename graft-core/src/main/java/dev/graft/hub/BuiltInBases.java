package dev.graft.hub;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The built-in bases, unpacked into the cache on first use. */
final class BuiltInBases {
    private final Path cache;
    private final List<BuiltIn> table;
    private final ArtifactSource artifacts;

    BuiltInBases(Path cache, List<BuiltIn> table, ArtifactSource artifacts) {
        this.cache = cache;
        this.table = table;
        this.artifacts = artifacts;
    }

    List<KnownBase> known() {
        return table.stream()
                .map(base -> base.known(base.isIn(slot(base).folder())))
                .toList();
    }

    Optional<BuiltIn> find(String name) {
        return table.stream().filter(base -> base.name().equals(name)).findFirst();
    }

    boolean isCached(BuiltIn base) {
        return base.isIn(slot(base).folder());
    }

    BaseFiles fetch(BuiltIn base, DownloadProgress progress) {
        CacheSlot slot = slot(base);
        slot.fill(() -> base.isIn(slot.folder()), work -> {
            CacheSlot.clear(work); // an interrupted try is not worth mending: unpacking takes seconds
            Files.createDirectories(work);
            new BuiltInArchive(base, jar(base, slot.folder(), progress)).unpack(work);
            base.writeConfig(work);
        });
        return base.filesIn(slot.folder());
    }

    private Path jar(BuiltIn base, Path folder, DownloadProgress progress) {
        try {
            return artifacts.jar(base.coordinates(), progress);
        } catch (HubException e) {
            String files = base.files().stream()
                    .map(BuiltIn.Entry::file)
                    .collect(Collectors.joining(", ", "config.json, ", ""));
            throw new HubException(
                    "base '" + base.name() + "' is not in the cache, and " + e.getMessage() + ". Or copy the folder "
                            + folder + " (" + files + ") from a machine that has it.",
                    e);
        }
    }

    private CacheSlot slot(BuiltIn base) {
        return new CacheSlot(cache.resolve("bases").resolve(base.name()));
    }
}
