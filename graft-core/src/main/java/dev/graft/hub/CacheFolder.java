package dev.graft.hub;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where this user's bases are kept. */
final class CacheFolder {
    private CacheFolder() {}

    /** {@code GRAFT_CACHE}; else the platform's cache folder, in which {@code XDG_CACHE_HOME} moves Linux's. */
    static Path of(Map<String, String> environment, String operatingSystem, Path home) {
        String own = value(environment, "GRAFT_CACHE");
        if (own != null) {
            return Path.of(own);
        }
        String system = operatingSystem.toLowerCase(Locale.ROOT);
        String local = value(environment, "LOCALAPPDATA");
        if (system.startsWith("windows")) {
            return (local == null ? home.resolve("AppData").resolve("Local") : Path.of(local)).resolve("graft");
        }
        String xdg = value(environment, "XDG_CACHE_HOME");
        if (xdg != null) {
            return Path.of(xdg).resolve("graft");
        }
        return home.resolve(system.startsWith("mac") ? "Library/Caches" : ".cache")
                .resolve("graft");
    }

    /** The value of a variable that is set to more than blanks. */
    static @Nullable String value(Map<String, String> environment, String name) {
        String value = environment.get(name);
        return value == null || value.isBlank() ? null : value.strip();
    }
}
