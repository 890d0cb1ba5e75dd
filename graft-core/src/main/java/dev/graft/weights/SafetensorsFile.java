package dev.graft.weights;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** One safetensors file: the header's length, the header, the values. */
final class SafetensorsFile implements CatalogSource {
    private final MappedFile mapped;
    private final long dataStart;
    private final Map<String, String> metadata;
    private final Catalog<SafetensorsHeader.Entry> catalog;

    private SafetensorsFile(MappedFile mapped, long dataStart, SafetensorsHeader header) {
        this.mapped = mapped;
        this.dataStart = dataStart;
        this.metadata = Map.copyOf(header.metadata());
        Map<String, SafetensorsHeader.Entry> entries = new LinkedHashMap<>();
        header.entries().forEach(entry -> entries.put(entry.info().name(), entry));
        this.catalog = new Catalog<>(mapped.file(), entries);
    }

    static SafetensorsFile open(Path file) {
        MappedFile mapped = MappedFile.open(file);
        long rest = mapped.size() - Long.BYTES;
        if (rest < 0) {
            throw new WeightsException(file, "has only %d bytes, not even a header's length".formatted(mapped.size()));
        }
        long length = mapped.bytes(0, Long.BYTES).getLong();
        if (length < 0 || length > SafetensorsHeader.MAX_BYTES) {
            throw new WeightsException(
                    file,
                    "a header of %s bytes is over the limit of %d: the file is not safetensors or is broken"
                            .formatted(Long.toUnsignedString(length), SafetensorsHeader.MAX_BYTES));
        }
        if (length > rest) {
            throw new WeightsException(
                    file,
                    "the file is truncated: its header has %d bytes, but only %d follow; download it again"
                            .formatted(length, rest));
        }
        ByteBuffer header = mapped.bytes(Long.BYTES, length);
        return new SafetensorsFile(
                mapped, Long.BYTES + length, SafetensorsHeaderReader.read(file, header, rest - length));
    }

    @Override
    public Catalog<SafetensorsHeader.Entry> catalog() {
        return catalog;
    }

    @Override
    public ByteBuffer bytes(String name) {
        SafetensorsHeader.Entry entry = catalog.get(name);
        return mapped.bytes(dataStart + entry.begin(), entry.end() - entry.begin());
    }

    @Override
    public Map<String, String> metadata() {
        return metadata;
    }

    @Override
    public void close() {
        mapped.close();
    }
}
