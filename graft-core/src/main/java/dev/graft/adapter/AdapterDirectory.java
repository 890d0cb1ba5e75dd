package dev.graft.adapter;

import dev.graft.weights.WeightsException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Exchanges a whole directory: a reader finds the old content or the new, never a part. A sibling is written and synced,
 * the old directory set aside, the new one moved in. A process that dies between the last two steps leaves the siblings;
 * {@link #mend} finishes its work.
 */
final class AdapterDirectory {
    private static final int NAMES_SHOWN = 3;

    private final Path target;
    private final Path fresh;
    private final Path old;

    AdapterDirectory(Path directory) {
        target = directory.toAbsolutePath().normalize();
        fresh = target.resolveSibling("." + target.getFileName() + ".new");
        old = target.resolveSibling("." + target.getFileName() + ".old");
    }

    /** What fills the directory; every file must be synced when it returns. */
    interface Content {
        void writeTo(Path directory) throws IOException;
    }

    /**
     * @throws AdapterException where the place holds something else, or cannot be written
     */
    void write(Content content) {
        mend();
        refuseForeign();
        try {
            Files.createDirectories(target.getParent());
            // An old one that outlived its exchange must not come back when a user removes the new one.
            delete(old);
            delete(fresh);
            Files.createDirectory(fresh);
            content.writeTo(fresh);
            exchange();
        } catch (IOException | UncheckedIOException | WeightsException e) {
            AdapterException failure = new AdapterException(
                    "%s: cannot write the adapter: %s; the adapter that was there, if any, is untouched"
                            .formatted(target, e instanceof WeightsException ? e.getMessage() : e),
                    e);
            discardFresh(failure);
            throw failure;
        } catch (RuntimeException e) {
            discardFresh(e);
            throw e;
        }
    }

    /** Whether a file of that name is in it. */
    boolean holds(String file) {
        return Files.exists(target.resolve(file));
    }

    private void exchange() throws IOException {
        if (Files.exists(target)) {
            Files.move(target, old, StandardCopyOption.ATOMIC_MOVE);
        }
        try {
            Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            if (Files.exists(old)) {
                Files.move(old, target, StandardCopyOption.ATOMIC_MOVE);
            }
            throw e;
        }
        delete(old);
    }

    private void discardFresh(RuntimeException failure) {
        try {
            delete(fresh);
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    /** Refuses a place that holds anything but an adapter: the exchange would delete it. */
    void refuseForeign() {
        if (!Files.exists(target)) {
            return;
        }
        if (!Files.isDirectory(target)) {
            throw new AdapterException("%s is a file; choose a directory for the adapter".formatted(target));
        }
        try (Stream<Path> entries = Files.list(target)) {
            // Without our description even files of an adapter's names are somebody else's.
            Set<String> ours = Files.exists(target.resolve(AdapterCard.FILE)) ? AdapterWriter.FILES : Set.of();
            List<String> foreign = entries.map(entry -> entry.getFileName().toString())
                    .filter(name -> !ours.contains(name))
                    .sorted()
                    .toList();
            if (!foreign.isEmpty()) {
                throw new AdapterException(
                        "%s holds files that are not of a Graft adapter and would be lost: %s; move them, or choose another directory"
                                .formatted(target, shown(foreign)));
            }
        } catch (IOException e) {
            throw new AdapterException("%s: cannot look into it: %s".formatted(target, e), e);
        }
    }

    private static String shown(List<String> names) {
        return String.join(", ", names.subList(0, Math.min(NAMES_SHOWN, names.size())))
                + (names.size() > NAMES_SHOWN ? ", ..." : "");
    }

    /** Finishes an exchange that was cut off between setting the old directory aside and moving the new one in. */
    void mend() {
        if (Files.exists(target) || !Files.exists(old)) {
            return;
        }
        try {
            Files.move(Files.exists(fresh) ? fresh : old, target, StandardCopyOption.ATOMIC_MOVE);
            delete(old);
        } catch (IOException e) {
            if (!Files.exists(target)) {
                throw new AdapterException(
                        "%s: an interrupted exchange left %s and cannot be finished: %s".formatted(target, old, e), e);
            }
        }
    }

    private static void delete(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        List<Path> deepestFirst;
        try (Stream<Path> paths = Files.walk(directory)) {
            deepestFirst = paths.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : deepestFirst) {
            Files.deleteIfExists(path);
        }
    }
}
