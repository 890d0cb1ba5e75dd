package dev.graft.hub;

/** Is told how far a download has come. Called often, from the downloading thread: return quickly. */
@FunctionalInterface
public interface DownloadProgress {
    /** Tells nobody. */
    DownloadProgress NONE = (file, done, total) -> {};

    /**
     * More bytes of a file have arrived.
     *
     * @param file the name of the file
     * @param done the bytes here so far, those of an earlier, interrupted try included
     * @param total the bytes of the whole file, or -1 when the server does not say
     */
    void advanced(String file, long done, long total);
}
