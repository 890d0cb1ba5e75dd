package dev.graft.weights;

import dev.graft.tensor.DType;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A TensorFlow checkpoint or the variables of a saved model: an index ({@code bert_model.ckpt.index}) and the values beside it
 * ({@code bert_model.ckpt.data-00000-of-00001}), under TensorFlow's own names and in its layout, kernels being [in, out].
 * {@link TensorSource#open} instead gives BERT's variables their Hugging Face names. Texts, which TensorFlow keeps for itself in
 * such files, are left out.
 *
 * <p>Safe to read from several threads. The numbers of fields and types are those of {@code tensor_bundle.proto} and
 * {@code types.proto}.
 */
public final class TensorFlowBundle implements TensorSource {
    private static final String SUFFIX = ".index";
    private static final String HEADER_KEY = "";
    private static final long STRING = 7;

    private static final Map<Long, DType> DTYPES = Map.of(
            1L, DType.FLOAT32,
            2L, DType.FLOAT64,
            3L, DType.INT32,
            4L, DType.UINT8,
            5L, DType.INT16,
            6L, DType.INT8,
            9L, DType.INT64,
            10L, DType.BOOL,
            14L, DType.BFLOAT16,
            19L, DType.FLOAT16);

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
            if (entry.type != STRING) {
                MappedFile shard = open.computeIfAbsent(entry.shard, number -> openShard(index, number, shards));
                entries.put(name, entry.check(index, shard));
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
        Path shard = index.resolveSibling("%s.data-%05d-of-%05d".formatted(prefix, number, shards));
        if (!Files.isRegularFile(shard)) {
            throw new WeightsException(
                    index,
                    "the values in %s are missing; put that file beside the index".formatted(shard.getFileName()));
        }
        return MappedFile.open(shard);
    }

    /** BundleEntryProto as it comes, before it is checked. */
    private static final class BundleEntry {
        private final String name;
        private long type;
        private final List<Long> shape = new ArrayList<>();
        private long shard;
        private long offset;
        private long size;
        private int crc;

        private BundleEntry(String name) {
            this.name = name;
        }

        static BundleEntry parse(String name, ProtoReader reader) {
            BundleEntry entry = new BundleEntry(name);
            while (reader.next()) {
                switch (reader.field()) {
                    case 1 -> entry.type = reader.number();
                    case 2 -> entry.parseShape(reader.message());
                    case 3 -> entry.shard = reader.number();
                    case 4 -> entry.offset = reader.number();
                    case 5 -> entry.size = reader.number();
                    case 6 -> entry.crc = (int) reader.number();
                    case 7 ->
                        throw new WeightsException(
                                reader.file(),
                                "tensor '%s' is stored in slices, which is not read; save it whole".formatted(name));
                    default -> {}
                }
            }
            return entry;
        }

        /** Reads TensorShapeProto, a list of dimensions that are messages with a size. */
        private void parseShape(ProtoReader reader) {
            while (reader.next()) {
                if (reader.field() == 2 && shape.size() <= TensorInfo.MAX_RANK) {
                    ProtoReader dimension = reader.message();
                    long length = 0;
                    while (dimension.next()) {
                        length = dimension.field() == 1 ? dimension.number() : length;
                    }
                    shape.add(length);
                }
            }
        }

        Entry check(Path index, MappedFile data) {
            DType dtype = DTYPES.get(type);
            if (dtype == null) {
                throw new WeightsException(
                        index, "tensor '%s' has TensorFlow type %d; read are %s".formatted(name, type, DTYPES));
            }
            TensorInfo info;
            try {
                info = new TensorInfo(name, dtype, shape);
            } catch (IllegalArgumentException e) {
                throw new WeightsException(index, String.valueOf(e.getMessage()), e);
            }
            if (size != info.byteSize()) {
                throw new WeightsException(
                        index,
                        "tensor '%s' of %s %s needs %d bytes: %d".formatted(name, dtype, shape, info.byteSize(), size));
            }
            if (offset < 0 || offset > data.size() - size) {
                throw new WeightsException(
                        data.file(),
                        "the file is truncated: tensor '%s' at %d has %d bytes of %d"
                                .formatted(name, offset, size, data.size()));
            }
            return new Entry(info, data, offset, crc);
        }
    }

    @Override
    public Path file() {
        return catalog.file();
    }

    @Override
    public List<TensorInfo> tensors() {
        return catalog.infos();
    }

    @Override
    public boolean contains(String name) {
        return catalog.contains(name);
    }

    @Override
    public TensorInfo info(String name) {
        return catalog.get(name).info();
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
