package dev.graft.weights;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.graft.tensor.DType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The header of a safetensors file: a JSON object of tensors (type, shape, where in the data), and what the file says about
 * itself under {@code __metadata__}. On disk it follows its own length, a little-endian 64-bit number, and is padded with
 * spaces to a multiple of 8, so that the data after it is aligned.
 *
 * @param metadata free text by key; empty writes no {@code __metadata__}
 * @param entries the tensors, in the order of their data
 */
record SafetensorsHeader(Map<String, String> metadata, List<Entry> entries) {
    /** The cap of the reference reader, written in Rust: 100 MB. */
    static final long MAX_BYTES = 100_000_000;

    static final String METADATA = "__metadata__";

    private static final int ALIGNMENT = 8;

    /**
     * The types' names in the file, in the order in which the reference writer lays tensors out: it begins with the last of
     * its own list, which goes from narrow to wide.
     */
    private static final Map<String, DType> DTYPES = dtypes();

    /** A tensor and the range of its values, counted from the end of the header. */
    record Entry(TensorInfo info, long begin, long end) implements Catalog.Entry {}

    /** The header of a file that holds these tensors, wide types first, then by name. */
    static SafetensorsHeader layOut(Collection<TensorInfo> tensors, Map<String, String> metadata) {
        List<DType> order = List.copyOf(DTYPES.values());
        List<TensorInfo> sorted = tensors.stream()
                .sorted(Comparator.comparingInt((TensorInfo tensor) -> order.indexOf(tensor.dtype()))
                        .thenComparing(
                                tensor -> tensor.name().getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned))
                .toList();
        long[] offset = {0};
        List<Entry> entries = sorted.stream()
                .map(tensor -> new Entry(tensor, offset[0], offset[0] += tensor.byteSize()))
                .toList();
        return new SafetensorsHeader(new TreeMap<>(metadata), entries);
    }

    /** The type of this name, or null where Graft has none for it. */
    static @Nullable DType dtype(String name) {
        return DTYPES.get(name);
    }

    static Collection<String> dtypeNames() {
        return DTYPES.keySet();
    }

    /** The header as the file holds it, padded, without its length. */
    byte[] encode() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
            json.writeStartObject();
            if (!metadata.isEmpty()) {
                json.writeObjectFieldStart(METADATA);
                for (Map.Entry<String, String> line : metadata.entrySet()) {
                    json.writeStringField(line.getKey(), line.getValue());
                }
                json.writeEndObject();
            }
            for (Entry entry : entries) {
                json.writeObjectFieldStart(entry.info().name());
                json.writeStringField("dtype", name(entry.info().dtype()));
                writeNumbers(json, "shape", entry.info().dimensions());
                writeNumbers(json, "data_offsets", entry.begin(), entry.end());
                json.writeEndObject();
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
        byte[] text = out.toByteArray();
        int padded = (text.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        byte[] header = Arrays.copyOf(text, padded);
        Arrays.fill(header, text.length, padded, (byte) ' ');
        return header;
    }

    private static void writeNumbers(JsonGenerator json, String field, long... numbers) throws IOException {
        json.writeFieldName(field);
        json.writeArray(numbers, 0, numbers.length);
    }

    private static String name(DType dtype) {
        return DTYPES.entrySet().stream()
                .filter(entry -> entry.getValue() == dtype)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow();
    }

    private static Map<String, DType> dtypes() {
        Map<String, DType> dtypes = new LinkedHashMap<>();
        dtypes.put("I64", DType.INT64);
        dtypes.put("F64", DType.FLOAT64);
        dtypes.put("F32", DType.FLOAT32);
        dtypes.put("I32", DType.INT32);
        dtypes.put("BF16", DType.BFLOAT16);
        dtypes.put("F16", DType.FLOAT16);
        dtypes.put("I16", DType.INT16);
        dtypes.put("I8", DType.INT8);
        dtypes.put("U8", DType.UINT8);
        dtypes.put("BOOL", DType.BOOL);
        return dtypes;
    }
}
