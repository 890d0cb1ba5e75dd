package dev.graft.weights;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** The zip archive of {@code torch.save}: its files lie in one folder, stored as they are. */
final class TorchArchive implements AutoCloseable {
    static final String PICKLE = "data.pkl";

    private final Path file;
    private final ZipFile zip;
    private final String folder;

    private TorchArchive(Path file, ZipFile zip, String folder) {
        this.file = file;
        this.zip = zip;
        this.folder = folder;
    }

    static TorchArchive open(Path file) {
        try {
            ZipFile zip = new ZipFile(file.toFile());
            List<String> pickles = zip.stream()
                    .map(ZipEntry::getName)
                    .filter(name -> name.endsWith("/" + PICKLE))
                    .toList();
            if (pickles.size() != 1) {
                zip.close();
                throw new WeightsException(
                        file,
                        "is a zip archive, but none of PyTorch's torch.save: it has %d files named %s"
                                .formatted(pickles.size(), PICKLE));
            }
            String pickle = pickles.getFirst();
            return new TorchArchive(file, zip, pickle.substring(0, pickle.length() - PICKLE.length()));
        } catch (IOException e) {
            throw new WeightsException(
                    file, "is broken or truncated (zip: %s); download it again".formatted(e.getMessage()), e);
        }
    }

    boolean contains(String name) {
        return zip.getEntry(folder + name) != null;
    }

    /** The size of a file in bytes; nothing is read. */
    long size(String name) {
        return entry(name).getSize();
    }

    /** The bytes of a file. */
    ByteBuffer read(String name) {
        ZipEntry entry = entry(name);
        if (entry.getSize() > Integer.MAX_VALUE - Long.BYTES) {
            throw new WeightsException(
                    file, "'%s' has %d bytes, more than the 2 GiB read at once".formatted(name, entry.getSize()));
        }
        try (InputStream in = zip.getInputStream(entry)) {
            byte[] bytes = in.readNBytes((int) entry.getSize());
            CRC32 sum = new CRC32();
            sum.update(bytes);
            if (bytes.length != entry.getSize() || sum.getValue() != entry.getCrc()) {
                throw new WeightsException(
                        file, "'%s' does not match its checksum; download the file again".formatted(entry.getName()));
            }
            return ByteBuffer.wrap(bytes);
        } catch (IOException e) {
            throw new WeightsException(
                    file, "'%s' cannot be read: %s; download the file again".formatted(name, e.getMessage()), e);
        }
    }

    private ZipEntry entry(String name) {
        ZipEntry entry = zip.getEntry(folder + name);
        if (entry == null) {
            throw new WeightsException(file, "'%s%s' is missing in the archive".formatted(folder, name));
        }
        // What is stored as it is cannot be larger than the file: no small file fills the memory.
        if (entry.getMethod() != ZipEntry.STORED || entry.getSize() != entry.getCompressedSize()) {
            throw new WeightsException(
                    file,
                    "'%s' is compressed, which torch.save never does; save the tensors again"
                            .formatted(entry.getName()));
        }
        return entry;
    }

    @Override
    public void close() {
        try {
            zip.close();
        } catch (IOException e) {
            throw new WeightsException(file, "cannot be closed: " + e.getMessage(), e);
        }
    }
}
