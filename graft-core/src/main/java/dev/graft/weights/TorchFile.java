package dev.graft.weights;

import dev.graft.tensor.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The tensors of a file of {@code torch.save} since PyTorch 1.6 ({@code .bin}, {@code .pt}): a zip archive with a pickle that
 * says what there is, and one file for each storage. Nothing in the pickle is executed ({@link PickleReader}); what it may name
 * is listed here. Dictionaries within dictionaries give names joined by points.
 */
final class TorchFile implements CatalogSource {
    static final String REBUILD_TENSOR = "torch._utils._rebuild_tensor_v2";
    static final String ORDERED_DICT = "collections.OrderedDict";

    private static final Map<String, DType> STORAGES = Map.of(
            "torch.DoubleStorage", DType.FLOAT64,
            "torch.FloatStorage", DType.FLOAT32,
            "torch.HalfStorage", DType.FLOAT16,
            "torch.BFloat16Storage", DType.BFLOAT16,
            "torch.LongStorage", DType.INT64,
            "torch.IntStorage", DType.INT32,
            "torch.ShortStorage", DType.INT16,
            "torch.CharStorage", DType.INT8,
            "torch.ByteStorage", DType.UINT8,
            "torch.BoolStorage", DType.BOOL);

    /** Room for the names of a hundred thousand tensors. */
    private static final long MAX_PICKLE_BYTES = 16 << 20;

    /** A training's checkpoint nests its models two or three deep. */
    private static final int MAX_NESTING = 8;

    private record Entry(TensorInfo info, TorchTensor tensor) implements Catalog.Entry {}

    private final TorchArchive archive;
    private final ByteOrder order;
    private final Catalog<Entry> catalog;

    private TorchFile(TorchArchive archive, ByteOrder order, Catalog<Entry> catalog) {
        this.archive = archive;
        this.order = order;
        this.catalog = catalog;
    }

    /** PyTorch's name of the storage of values of a type. */
    static String storage(DType dtype) {
        return STORAGES.entrySet().stream()
                .filter(storage -> storage.getValue() == dtype)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow();
    }

    static TorchFile open(Path file) {
        TorchArchive archive = TorchArchive.open(file);
        try {
            if (archive.size(TorchArchive.PICKLE) > MAX_PICKLE_BYTES) {
                throw new WeightsException(
                        file,
                        "describes its tensors in %d bytes, over the limit of %d"
                                .formatted(archive.size(TorchArchive.PICKLE), MAX_PICKLE_BYTES));
            }
            Object root = new PickleReader(file, archive.read(TorchArchive.PICKLE), new Known()).read();
            Map<String, Entry> entries = new LinkedHashMap<>();
            new Flattening(file, archive, entries, Collections.newSetFromMap(new IdentityHashMap<>())).add("", root, 0);
            return new TorchFile(archive, byteOrder(file, archive), new Catalog<>(file, entries));
        } catch (RuntimeException e) {
            archive.close();
            throw e;
        }
    }

    /** Older files do not say; they are little-endian. */
    private static ByteOrder byteOrder(Path file, TorchArchive archive) {
        if (!archive.contains("byteorder")) {
            return ByteOrder.LITTLE_ENDIAN;
        }
        String order =
                StandardCharsets.US_ASCII.decode(archive.read("byteorder")).toString();
        return switch (order) {
            case "little" -> ByteOrder.LITTLE_ENDIAN;
            case "big" -> ByteOrder.BIG_ENDIAN;
            default ->
                throw new WeightsException(file, "its byte order must be little or big: '%.20s'".formatted(order));
        };
    }

    /** The globals that a file of tensors needs; every other one is refused. */
    private static final class Known implements PickleReader.Globals {
        @Override
        public boolean knows(PickleReader.Global global) {
            return global.name().equals(REBUILD_TENSOR)
                    || global.name().equals(ORDERED_DICT)
                    || STORAGES.containsKey(global.name());
        }

        @Override
        public Object call(PickleReader.Global global, List<?> arguments) {
            if (global.name().equals(ORDERED_DICT) && arguments.isEmpty()) {
                return new LinkedHashMap<String, Object>();
            }
            if (global.name().equals(REBUILD_TENSOR)
                    && arguments.size() >= 4
                    && arguments.get(0) instanceof TorchTensor.Storage storage
                    && arguments.get(1) instanceof Long offset
                    && arguments.get(2) instanceof List<?> shape
                    && arguments.get(3) instanceof List<?> strides) {
                return new TorchTensor(storage, offset, numbers(shape), numbers(strides));
            }
            throw new IllegalArgumentException(
                    "%s is called with %d arguments that do not fit".formatted(global.name(), arguments.size()));
        }

        private static List<Long> numbers(List<?> values) {
            return values.stream()
                    .map(value -> {
                        if (value instanceof Long number) {
                            return number;
                        }
                        throw new IllegalArgumentException("a size is no number");
                    })
                    .toList();
        }

        /** {@code ('storage', torch.FloatStorage, '0', 'cpu', 128)}. */
        @Override
        public Object persistent(List<?> id) {
            if (id.size() == 5
                    && "storage".equals(id.get(0))
                    && id.get(1) instanceof PickleReader.Global type
                    && STORAGES.get(type.name()) instanceof DType dtype
                    && id.get(2) instanceof String key
                    && id.get(4) instanceof Long elements) {
                return new TorchTensor.Storage(key, dtype, elements);
            }
            throw new IllegalArgumentException(
                    "a storage is described by %d values that do not fit".formatted(id.size()));
        }
    }

    /** From dictionaries of tensors and dictionaries to named tensors; {@code seen} keeps one from holding itself. */
    private record Flattening(Path file, TorchArchive archive, Map<String, Entry> entries, Set<Object> seen) {
        void add(String name, Object value, int depth) {
            if (value instanceof TorchTensor tensor && depth > 0) {
                put(name, tensor);
            } else if (value instanceof Map<?, ?> map) {
                if (!seen.add(map) || depth > MAX_NESTING) {
                    throw new WeightsException(
                            file, "'%.200s' is a dictionary that lies in itself, or too deep".formatted(name));
                }
                map.forEach((key, inner) -> add(depth == 0 ? key.toString() : name + "." + key, inner, depth + 1));
            } else {
                throw new WeightsException(
                        file,
                        depth == 0
                                ? "holds no dictionary of tensors; save a model's state_dict()"
                                : "'%.200s' is not a tensor; save a model's state_dict() alone".formatted(name));
            }
        }

        private void put(String name, TorchTensor tensor) {
            String stored = entryName(tensor);
            if (archive.size(stored) != tensor.storage().bytes()) {
                throw new WeightsException(
                        file,
                        "the storage of tensor '%.200s' must have %d bytes: %d"
                                .formatted(name, tensor.storage().bytes(), archive.size(stored)));
            }
            TensorInfo info = new TensorInfo(name, tensor.storage().dtype(), tensor.shape());
            if (entries.putIfAbsent(name, new Entry(info, tensor)) != null) {
                throw new WeightsException(file, "has two tensors named '%.200s'".formatted(name));
            }
        }
    }

    private static String entryName(TorchTensor tensor) {
        return "data/" + tensor.storage().key();
    }

    @Override
    public Catalog<Entry> catalog() {
        return catalog;
    }

    @Override
    public ByteBuffer bytes(String name) {
        TorchTensor tensor = catalog.get(name).tensor();
        return tensor.values(archive.read(entryName(tensor)).order(order))
                .asReadOnlyBuffer()
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public Map<String, String> metadata() {
        return Map.of();
    }

    @Override
    public void close() {
        archive.close();
    }
}
