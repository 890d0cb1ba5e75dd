package dev.graft.tensor;

import org.bytedeco.pytorch.global.torch.ScalarType;

/** The type of a tensor's elements. */
public enum DType {
    FLOAT64(ScalarType.Double, 8, true),
    FLOAT32(ScalarType.Float, 4, true),
    FLOAT16(ScalarType.Half, 2, true),
    BFLOAT16(ScalarType.BFloat16, 2, true),
    INT64(ScalarType.Long, 8, false),
    INT32(ScalarType.Int, 4, false),
    INT16(ScalarType.Short, 2, false),
    INT8(ScalarType.Char, 1, false),
    UINT8(ScalarType.Byte, 1, false),
    BOOL(ScalarType.Bool, 1, false);

    final ScalarType scalarType;
    private final int bytes;
    private final boolean floating;

    DType(ScalarType scalarType, int bytes, boolean floating) {
        this.scalarType = scalarType;
        this.bytes = bytes;
        this.floating = floating;
    }

    /** Size of one element in bytes. */
    public int bytes() {
        return bytes;
    }

    /** Whether gradients can flow through tensors of this type. */
    public boolean isFloating() {
        return floating;
    }

    /** The full-precision type that parameters, norms and heads have beside layers of this type. */
    public DType master() {
        return this == FLOAT64 ? FLOAT64 : FLOAT32;
    }

    static DType of(ScalarType scalarType) {
        for (DType dtype : values()) {
            if (dtype.scalarType == scalarType) {
                return dtype;
            }
        }
        throw new TensorException("no Graft type for libtorch's " + scalarType);
    }
}
