package dev.graft.weights;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A TensorFlow checkpoint or the variables of a saved model: an index ({@code bert_model.ckpt.index}) and the values beside it
 * ({@code bert_model.ckpt.data-00000-of-00001}), under TensorFlow's own names and in its layout, kernels being [in, out].
 * {@link TensorSource#open} instead gives BERT's variables their Hugging Face names. Texts, which TensorFlow keeps for itself in
 * such files, are left out.
 *
 * <p>Safe to read from several threads.
 */
public final class TensorFlowBundle implements CatalogSource {
    private static final String SUFFIX = ".index";
    private static final String HEADER_KEY = "";

    private record Entry(TensorInfo info, MappedFile shard, long offset, int crc) implements Catalog.Entry {}

    private final Catalog<Entry> catalog;

    private TensorFlowBundle(Catalog<Entry> catalog) {
        this.catalog = catalog;
    }

    /**
     * Opens a bundle by its index.
     *
     * @throws WeightsException where the index or a file of values is missing or broken
     */
    public static TensorFlowBundle open(Path index) {
        if (!index.getFileName().toString().endsWith(SUFFIX)) {
            throw new WeightsException(index, "the index of a TensorFlow bundle must be named *" + SUFFIX);
        }
        Map<String, ByteBuffer> table = SortedTable.read(MappedFile.open(index));
        long shards = shardCount(index, table.remove(HEADER_KEY));
        Map<Long, MappedFile> open = new HashMap<>();
        Map<String, Entry> entries = new LinkedHashMap<>();
        table.forEach((name, message) -> {
            BundleEntry entry = BundleEntry.parse(name, new ProtoReader(index, message));
            if (!entry.isText()) {
                MappedFile shard = open.computeIfAbsent(entry.shard(), number -> openShard(index, number, shards));
                entries.put(name, locate(index, entry, shard));
            }
        });
        return new TensorFlowBundle(new Catalog<>(index, entries));
    }

    /** Reads BundleHeaderProto. */
    private static long shardCount(Path index, @Nullable ByteBuffer header) {
        if (header == null) {
            throw new WeightsException(index, "has no header: it is a sorted table, but not of a TensorFlow bundle");
        }
        long shards = 0;
        ProtoReader reader = new ProtoReader(index, header);
        while (reader.next()) {
            if (reader.field() == 1) {
                shards = reader.number();
            } else if (reader.field() == 2 && reader.number() != 0) {
                throw new WeightsException(index, "was written on a big-endian machine, which is not read");
            }
        }
        return shards;
    }

    private static MappedFile openShard(Path index, long number, long shards) {
        if (number < 0 || number >= shards) {
            throw new WeightsException(index, "has a tensor in file %d of %d".formatted(number, shards));
        }
        String name = index.getFileName().toString();
        String prefix = name.substring(0, name.length() - SUFFIX.length());
        Path shard = index.resolveSibling(String.format(Locale.ROOT, "%s.data-%05d-of-%05d", prefix, number, shards));
        if (!Files.isRegularFile(shard)) {
            throw new WeightsException(
                    index,
                    "the values in %s are missing; put that file beside the index".formatted(shard.getFileName()));
        }
        return MappedFile.open(shard);
    }

    private static Entry locate(Path index, BundleEntry entry, MappedFile shard) {
        TensorInfo info = entry.info(index);
        long offset = entry.offset();
        if (offset < 0 || offset > shard.size() - info.byteSize()) {
            throw new WeightsException(
                    shard.file(),
                    "the file is truncated: tensor '%s' at %d has %d bytes of %d"
                            .formatted(info.name(), offset, info.byteSize(), shard.size()));
        }
        return new Entry(info, shard, offset, entry.crc());
    }

    @Override
    public Catalog<Entry> catalog() {
        return catalog;
    }

    @Override
    public ByteBuffer bytes(String name) {
        Entry entry = catalog.get(name);
        ByteBuffer values = entry.shard().bytes(entry.offset(), entry.info().byteSize());
        if (SortedTable.maskedCrc(values) != entry.crc()) {
            throw new WeightsException(
                    entry.shard().file(),
                    "the values of tensor '%s' do not match their checksum; download the file again".formatted(name));
        }
        return values;
    }

    @Override
    public Map<String, String> metadata() {
        return Map.of();
    }

    @Override
    public void close() {
        catalog.entries().values().forEach(entry -> entry.shard().close());
    }
}
