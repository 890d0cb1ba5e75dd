package dev.graft.hub;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Finds bases by name, and keeps what it fetched in a cache folder. Safe for use by several threads and several
 * processes on one cache. Once a base is cached, no network and no Maven is touched.
 */
public final class Hub {
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);

    private final Path cache;
    private final Endpoint endpoint;
    private final Duration pause;
    private final DownloadProgress progress;
    private final BuiltInBases builtIns;

    /**
     * A hub with its own cache.
     *
     * @param cache a folder, made when it is needed
     * @param endpoint where {@code owner/name} ids are looked up
     */
    public Hub(Path cache, Endpoint endpoint) {
        this(
                cache,
                endpoint,
                FIRST_PAUSE,
                DownloadProgress.NONE,
                // made only when it is needed: a warm start loads no class of Maven's
                (coordinates, listener) -> new MavenArtifacts().jar(coordinates, listener));
    }

    /** @param pause how long to wait before a failed download is tried again */
    Hub(Path cache, Endpoint endpoint, Duration pause, DownloadProgress progress, ArtifactSource artifacts) {
        this(cache, endpoint, pause, progress, new BuiltInBases(cache, BuiltIn.all(), artifacts));
    }

    private Hub(Path cache, Endpoint endpoint, Duration pause, DownloadProgress progress, BuiltInBases builtIns) {
        this.cache = cache;
        this.endpoint = endpoint;
        this.pause = pause;
        this.progress = progress;
        this.builtIns = builtIns;
    }

    /**
     * The user's hub. The cache is the folder in {@code GRAFT_CACHE}, else {@code graft} in the platform's cache folder
     * ({@code XDG_CACHE_HOME} or {@code ~/.cache} on Linux). The model hub is the address in {@code HF_ENDPOINT}, else
     * Hugging Face's, with the token in {@code HF_TOKEN}, else the one that Hugging Face's tools stored.
     */
    public static Hub standard() {
        Map<String, String> environment = System.getenv();
        Path home = Path.of(System.getProperty("user.home"));
        return new Hub(
                CacheFolder.of(environment, System.getProperty("os.name"), home), Endpoint.of(environment, home));
    }

    /** The same hub, telling {@code listener} how downloads go. */
    public Hub withProgress(DownloadProgress listener) {
        return new Hub(cache, endpoint, pause, listener, builtIns);
    }

    /** The folder that fetched bases are kept in. */
    public Path cache() {
        return cache;
    }

    /** The bases that have a name of their own. */
    public List<KnownBase> knownBases() {
        return builtIns.known();
    }

    /** Whether a built-in name or a model hub's id would be resolved without a download. */
    public boolean isCached(String nameOrId) {
        return builtIns.find(nameOrId)
                .map(builtIns::isCached)
                .or(() -> HubId.parse(nameOrId).map(id -> new BaseDirectory(slot(id).folder()).isWhole()))
                .orElse(false);
    }

    /**
     * Finds a base, fetching it where that is needed. The text is tried as a directory in Hugging Face layout, then as
     * a built-in name, then as an id {@code owner/name} or {@code owner/name@revision} of the model hub.
     *
     * <p>A directory that merely has a built-in base's name and holds no {@code config.json} does not hide that base.
     *
     * @throws HubException when nothing has that name, a directory lacks a piece, or a download fails
     */
    public BaseFiles resolve(String nameOrPathOrId) {
        if (nameOrPathOrId.isBlank()) { // an empty path is the working directory
            throw unknown(nameOrPathOrId);
        }
        Optional<BuiltIn> builtIn = builtIns.find(nameOrPathOrId);
        Path folder = path(nameOrPathOrId);
        if (Files.isDirectory(folder) && (builtIn.isEmpty() || Files.exists(folder.resolve("config.json")))) {
            return new BaseDirectory(folder).read(nameOrPathOrId);
        }
        if (builtIn.isPresent()) {
            return builtIns.fetch(builtIn.get(), progress);
        }
        HubId id = HubId.parse(nameOrPathOrId).orElseThrow(() -> unknown(nameOrPathOrId));
        CacheSlot slot = slot(id);
        BaseDirectory cached = new BaseDirectory(slot.folder());
        slot.fill(
                cached::isWhole,
                work -> new RemoteBase(id, endpoint, new Downloader(endpoint, pause, progress)).download(work));
        return cached.read(nameOrPathOrId);
    }

    private CacheSlot slot(HubId id) {
        return new CacheSlot(cache.resolve("hub").resolve(id.folder()));
    }

    private static Path path(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new HubException("not a base: '" + text + "' (" + e.getReason() + ")", e);
        }
    }

    private HubException unknown(String text) {
        String names = knownBases().stream().map(KnownBase::name).collect(Collectors.joining(", "));
        return new HubException("no base '" + text + "'; expected a built-in base (" + names
                + "), a directory in Hugging Face layout, or a model hub's id owner/name");
    }
}
