package dev.graft.hub;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A model hub that speaks Hugging Face's HTTP interface.
 *
 * @param address its scheme, host and port, with a path where it lies below one
 * @param token the user's access token, or null; sent to this address only
 */
public record Endpoint(URI address, @Nullable String token) {
    private static final String DEFAULT = "https://huggingface.co";

    public Endpoint {
        String scheme = address.getScheme();
        if (!("https".equals(scheme) || "http".equals(scheme)) || address.getHost() == null) {
            throw new HubException("the address of a model hub must look like " + DEFAULT + ": " + address
                    + "; it comes from HF_ENDPOINT where that is set");
        }
    }

    /**
     * The address in {@code HF_ENDPOINT}, or Hugging Face's own; the token in {@code HF_TOKEN}, or the one that
     * Hugging Face's login command stored.
     */
    static Endpoint of(Map<String, String> environment, Path home) {
        String address = CacheFolder.value(environment, "HF_ENDPOINT");
        try {
            return new Endpoint(URI.create(address == null ? DEFAULT : address), token(environment, home));
        } catch (IllegalArgumentException e) {
            throw new HubException("HF_ENDPOINT is not an address: " + address, e);
        }
    }

    private static @Nullable String token(Map<String, String> environment, Path home) {
        String token = CacheFolder.value(environment, "HF_TOKEN");
        if (token != null) {
            return token;
        }
        String folder = CacheFolder.value(environment, "HF_HOME");
        Path file = (folder == null ? home.resolve(".cache/huggingface") : Path.of(folder)).resolve("token");
        try {
            String stored = Files.exists(file) ? Files.readString(file).strip() : "";
            return stored.isEmpty() ? null : stored;
        } catch (IOException e) {
            throw new HubException(file + ": the stored token cannot be read: " + e, e);
        }
    }

    URI resolve(String path) {
        return URI.create(address.toString().replaceAll("/+$", "") + "/" + path);
    }

    /** Whether an address belongs to this hub, so that it may see the token. */
    boolean owns(URI other) {
        return address.getScheme().equalsIgnoreCase(other.getScheme())
                && address.getHost().equalsIgnoreCase(other.getHost())
                && port(address) == port(other);
    }

    private static int port(URI uri) {
        if (uri.getPort() >= 0) {
            return uri.getPort();
        }
        return "https".equalsIgnoreCase(uri.getScheme()) ? 443 : 80;
    }

    /** The address alone: the token stays out of logs. */
    @Override
    public String toString() {
        return address.toString();
    }
}
