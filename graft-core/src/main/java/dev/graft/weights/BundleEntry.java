package dev.graft.weights;

import dev.graft.tensor.DType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What the index of a TensorFlow bundle says about one variable (BundleEntryProto). The numbers of fields and types are those of
 * {@code tensor_bundle.proto}, {@code tensor_shape.proto} and {@code types.proto}.
 *
 * @param type TensorFlow's number of the type
 * @param shard the file of values it lies in
 * @param offset where in that file
 * @param size in bytes
 * @param crc the masked checksum of its values
 */
record BundleEntry(String name, long type, List<Long> shape, long shard, long offset, long size, int crc) {
    private static final int TYPE = 1;
    private static final int SHAPE = 2;
    private static final int SHARD = 3;
    private static final int OFFSET = 4;
    private static final int SIZE = 5;
    private static final int CRC = 6;
    private static final int SLICES = 7;

    private static final int SHAPE_DIMENSION = 2;
    private static final int DIMENSION_SIZE = 1;

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

    static BundleEntry parse(String name, ProtoReader reader) {
        long type = 0;
        List<Long> shape = List.of();
        long shard = 0;
        long offset = 0;
        long size = 0;
        int crc = 0;
        while (reader.next()) {
            switch (reader.field()) {
                case TYPE -> type = reader.number();
                case SHAPE -> shape = parseShape(reader.message());
                case SHARD -> shard = reader.number();
                case OFFSET -> offset = reader.number();
                case SIZE -> size = reader.number();
                case CRC -> crc = (int) reader.number();
                case SLICES ->
                    throw new WeightsException(
                            reader.file(),
                            "tensor '%s' is stored in slices, which is not read; save it whole".formatted(name));
                default -> {}
            }
        }
        return new BundleEntry(name, type, shape, shard, offset, size, crc);
    }

    private static List<Long> parseShape(ProtoReader reader) {
        List<Long> shape = new ArrayList<>();
        while (reader.next()) {
            // One more than a tensor may have is enough to refuse it.
            if (reader.field() == SHAPE_DIMENSION && shape.size() <= TensorInfo.MAX_RANK) {
                ProtoReader dimension = reader.message();
                long length = 0;
                while (dimension.next()) {
                    length = dimension.field() == DIMENSION_SIZE ? dimension.number() : length;
                }
                shape.add(length);
            }
        }
        return shape;
    }

    /** Whether it holds texts, which TensorFlow keeps for itself. */
    boolean isText() {
        return type == STRING;
    }

    /** Type and shape, once they are known to fit each other and the size. */
    TensorInfo info(Path index) {
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
        return info;
    }
}
