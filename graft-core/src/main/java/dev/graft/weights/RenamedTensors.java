package dev.graft.weights;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The tensors of another source under other names, matrices turned from [in, out] to [out, in] where they need it. */
final class RenamedTensors implements CatalogSource {
    /**
     * Where a tensor comes from.
     *
     * @param name its name in the file
     * @param transposed whether it is a matrix that the file holds transposed
     */
    record Stored(String name, boolean transposed) {}

    private record Entry(TensorInfo info, Stored stored) implements Catalog.Entry {}

    private final TensorSource source;
    private final Catalog<Entry> catalog;

    private RenamedTensors(TensorSource source, Catalog<Entry> catalog) {
        this.source = source;
        this.catalog = catalog;
    }

    /** The named tensors of a source, which the result closes with itself. */
    static RenamedTensors of(TensorSource source, Map<String, Stored> names) {
        Map<String, Entry> entries = new LinkedHashMap<>();
        names.forEach((name, stored) -> {
            TensorInfo info = source.info(stored.name());
            List<Long> shape = stored.transposed() ? info.shape().reversed() : info.shape();
            entries.put(name, new Entry(new TensorInfo(name, info.dtype(), shape), stored));
        });
        return new RenamedTensors(source, new Catalog<>(source.file(), entries));
    }

    @Override
    public Catalog<Entry> catalog() {
        return catalog;
    }

    @Override
    public ByteBuffer bytes(String name) {
        Entry entry = catalog.get(name);
        ByteBuffer values = source.bytes(entry.stored().name());
        if (!entry.stored().transposed()) {
            return values;
        }
        // The values are in memory, so both dimensions fit an int, unless there are no values at all.
        if (!values.hasRemaining()) {
            return values;
        }
        int rows = entry.info().shape().get(0).intValue();
        int columns = entry.info().shape().get(1).intValue();
        return Transposition.of(values, rows, columns, entry.info().dtype().bytes());
    }

    @Override
    public Map<String, String> metadata() {
        return source.metadata();
    }

    @Override
    public void close() {
        source.close();
    }
}
