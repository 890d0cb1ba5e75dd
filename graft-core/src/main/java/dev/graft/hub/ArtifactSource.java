package dev.graft.hub;

import java.nio.file.Path;

/** Where the jars of built-in bases come from. */
@FunctionalInterface
interface ArtifactSource {
    /**
     * The jar of an artifact, fetched where it is not on this machine yet.
     *
     * @param coordinates {@code group:artifact:version}
     * @throws HubException when it cannot be had; the message says what was tried
     */
    Path jar(String coordinates, DownloadProgress progress);
}
