package dev.graft.weights;

import dev.graft.tensor.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A constant of an ONNX graph (TensorProto): its values lie in {@code raw_data}, or in the field of their type. Field numbers
 * and types are those of {@code onnx.proto}.
 *
 * @param info name, type and shape
 * @param values the field's bytes
 * @param varints whether the values are numbers of variable length instead of little-endian ones of the type's width
 */
record OnnxTensor(TensorInfo info, ByteBuffer values, boolean varints) implements Catalog.Entry {
    private static final int DIMS = 1;
    private static final int DATA_TYPE = 2;
    private static final int FLOAT_DATA = 4;
    private static final int INT32_DATA = 5;
    private static final int INT64_DATA = 7;
    private static final int NAME = 8;
    private static final int RAW_DATA = 9;
    private static final int DOUBLE_DATA = 10;
    private static final int DATA_LOCATION = 14;

    private static final long EXTERNAL = 1;

    private static final Map<Long, DType> DTYPES = Map.of(
            1L, DType.FLOAT32,
            2L, DType.UINT8,
            3L, DType.INT8,
            5L, DType.INT16,
            6L, DType.INT32,
            7L, DType.INT64,
            9L, DType.BOOL,
            10L, DType.FLOAT16,
            11L, DType.FLOAT64,
            16L, DType.BFLOAT16);

    /** The fields as they come, before they are checked against each other. */
    private static final class Fields {
        private final Path file;
        private String name = "";
        private long type;
        private final List<Long> shape = new ArrayList<>();
        private boolean external;
        private int dataField;
        private @Nullable ByteBuffer data;

        Fields(Path file) {
            this.file = file;
        }

        void data(ProtoReader reader) {
            if (data != null) {
                throw problem("has its values in several pieces; export it again");
            }
            dataField = reader.field();
            data = reader.bytes();
        }

        void dimension(long size) {
            if (shape.size() == TensorInfo.MAX_RANK) {
                throw problem("has more than %d dimensions".formatted(TensorInfo.MAX_RANK));
            }
            shape.add(size);
        }

        WeightsException problem(String problem) {
            return new WeightsException(file, "tensor '%s' %s".formatted(name, problem));
        }
    }

    /** The tensor under the name that the file gives it; a tensor inside a node has none and takes the fallback. */
    static OnnxTensor parse(ProtoReader reader, String fallbackName) {
        Fields fields = new Fields(reader.file());
        while (reader.next()) {
            switch (reader.field()) {
                case DIMS -> reader.numbers(fields::dimension);
                case DATA_TYPE -> fields.type = reader.number();
                case NAME -> fields.name = reader.text();
                case DATA_LOCATION -> fields.external = reader.number() == EXTERNAL;
                case FLOAT_DATA, INT32_DATA, INT64_DATA, RAW_DATA, DOUBLE_DATA -> fields.data(reader);
                default -> {}
            }
        }
        if (!fallbackName.isEmpty()) {
            fields.name = fallbackName;
        }
        return check(fields);
    }

    /** Whether a tensor is a matrix of real numbers, told without reading the rest of it. */
    static boolean isFloatMatrix(ProtoReader reader) {
        long type = 0;
        int[] rank = {0};
        while (reader.next()) {
            switch (reader.field()) {
                case DIMS -> reader.numbers(size -> rank[0]++);
                case DATA_TYPE -> type = reader.number();
                default -> {}
            }
        }
        DType dtype = DTYPES.get(type);
        return rank[0] == 2 && dtype != null && dtype.isFloating();
    }

    private static OnnxTensor check(Fields fields) {
        if (fields.external) {
            throw fields.problem("has its values in another file (external data), which is not read;"
                    + " save the model as one file");
        }
        DType dtype = DTYPES.get(fields.type);
        if (dtype == null) {
            throw fields.problem("has ONNX data type %d; read are %s".formatted(fields.type, DTYPES));
        }
        TensorInfo info;
        try {
            info = new TensorInfo(fields.name, dtype, fields.shape);
        } catch (IllegalArgumentException e) {
            throw new WeightsException(fields.file, String.valueOf(e.getMessage()), e);
        }
        ByteBuffer data = fields.data == null ? ByteBuffer.allocate(0) : fields.data;
        boolean varints = fields.dataField == INT32_DATA || fields.dataField == INT64_DATA;
        if (fields.data != null && fields.dataField != RAW_DATA && fields.dataField != fieldOf(dtype)) {
            throw fields.problem("of type %s has its values in field %d".formatted(dtype, fields.dataField));
        }
        long stored = varints ? countVarints(data) : data.remaining();
        long needed = varints ? info.elements() : info.byteSize();
        if (stored != needed) {
            throw fields.problem("of %s %s needs %d %s: %d"
                    .formatted(dtype, info.shape(), needed, varints ? "values" : "bytes", stored));
        }
        return new OnnxTensor(info, data, varints);
    }

    private static int fieldOf(DType dtype) {
        return switch (dtype) {
            case FLOAT32 -> FLOAT_DATA;
            case FLOAT64 -> DOUBLE_DATA;
            case INT64 -> INT64_DATA;
            case FLOAT16, BFLOAT16, INT32, INT16, INT8, UINT8, BOOL -> INT32_DATA;
        };
    }

    private static long countVarints(ByteBuffer data) {
        long count = 0;
        for (int i = data.position(); i < data.limit(); i++) {
            if (data.get(i) >= 0) {
                count++;
            }
        }
        return count;
    }

    /** The values, little-endian and in row-major order. */
    ByteBuffer bytes() {
        if (!varints) {
            return values.slice().order(ByteOrder.LITTLE_ENDIAN);
        }
        int width = info.dtype().bytes();
        ByteBuffer copy = ByteBuffer.allocate((int) info.byteSize()).order(ByteOrder.LITTLE_ENDIAN);
        long value = 0;
        int shift = 0;
        for (int i = values.position(); i < values.limit(); i++) {
            byte next = values.get(i);
            value |= (long) (next & 0x7f) << shift;
            shift += 7;
            if (next >= 0) {
                for (int b = 0; b < width; b++) {
                    copy.put((byte) (value >>> (8 * b)));
                }
                value = 0;
                shift = 0;
            }
        }
        return copy.flip();
    }
}
