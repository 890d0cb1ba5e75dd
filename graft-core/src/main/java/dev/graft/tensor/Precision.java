package dev.graft.tensor;

import java.util.Locale;

/** The type that layers compute in, as a user names it. */
public enum Precision {
    /** Single precision. */
    FP32,
    /** Half the memory and, where the processor multiplies it, much faster. */
    BF16,
    /** BF16 where the processor has instructions for its products, else FP32. */
    AUTO;

    /**
     * @throws IllegalArgumentException for a name other than fp32, bf16 and auto
     */
    public static Precision named(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "fp32" -> FP32;
            case "bf16" -> BF16;
            case "auto" -> AUTO;
            default -> throw new IllegalArgumentException("dtype must be fp32, bf16 or auto: " + name);
        };
    }

    /** The element type on a device. */
    public DType on(Device device) {
        return switch (this) {
            case FP32 -> DType.FLOAT32;
            case BF16 -> DType.BFLOAT16;
            case AUTO -> multipliesBfloat16(device) ? DType.BFLOAT16 : DType.FLOAT32;
        };
    }

    private static boolean multipliesBfloat16(Device device) {
        return device.kind() == Device.Kind.CUDA || Processor.multipliesBfloat16();
    }
}
