package dev.graft.hub;

import eu.maveniverse.maven.mima.context.Context;
import eu.maveniverse.maven.mima.context.ContextOverrides;
import eu.maveniverse.maven.mima.context.Runtimes;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.eclipse.aether.artifact.DefaultArtifact;
import org.eclipse.aether.repository.RemoteRepository;
import org.eclipse.aether.resolution.ArtifactRequest;
import org.eclipse.aether.resolution.ArtifactResolutionException;
import org.eclipse.aether.transfer.AbstractTransferListener;
import org.eclipse.aether.transfer.TransferEvent;

/** Artifacts from Maven repositories, with the user's settings, mirrors, proxies and local repository. */
final class MavenArtifacts implements ArtifactSource {
    private final ContextOverrides overrides;

    MavenArtifacts() {
        this(ContextOverrides.create().withUserSettings(true).build());
    }

    MavenArtifacts(ContextOverrides overrides) {
        this.overrides = overrides;
    }

    @Override
    public Path jar(String coordinates, DownloadProgress progress) {
        ContextOverrides listening =
                overrides.toBuilder().transferListener(new Listener(progress)).build();
        try (Context context = Runtimes.INSTANCE.getRuntime().create(listening)) {
            ArtifactRequest request =
                    new ArtifactRequest(new DefaultArtifact(coordinates), context.remoteRepositories(), "");
            try {
                return context.repositorySystem()
                        .resolveArtifact(context.repositorySystemSession(), request)
                        .getArtifact()
                        .getFile()
                        .toPath();
            } catch (ArtifactResolutionException e) {
                throw new HubException(refusal(coordinates, context, e), e);
            }
        }
    }

    private static String refusal(String coordinates, Context context, Exception cause) {
        String tried = context.remoteRepositories().stream()
                .map(RemoteRepository::getId)
                .collect(Collectors.joining(", "));
        return "the Maven artifact " + coordinates + " cannot be had: " + cause.getMessage()
                + "; tried: the local repository "
                + context.repositorySystemSession().getLocalRepository().getBasedir()
                + ", then the remote repositories [" + tried + "]; check the network, and the mirrors, proxies and"
                + " offline flag of "
                + context.mavenUserHome().settingsXml();
    }

    private static final class Listener extends AbstractTransferListener {
        private final DownloadProgress progress;

        Listener(DownloadProgress progress) {
            this.progress = progress;
        }

        @Override
        public void transferProgressed(TransferEvent event) {
            String file = event.getResource().getResourceName();
            if (file.endsWith(".jar")) {
                progress.advanced(
                        file.substring(file.lastIndexOf('/') + 1),
                        event.getTransferredBytes(),
                        event.getResource().getContentLength());
            }
        }
    }
}
