package dev.graft.tensor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The instructions that this machine's processor has for products in half precision. */
public final class Processor {
    private static final boolean BFLOAT16;
    private static final boolean BFLOAT16_TILES;

    static {
        String features = features();
        BFLOAT16_TILES = features.contains("amx_bf16");
        BFLOAT16 = BFLOAT16_TILES || features.contains("avx512_bf16");
    }

    private Processor() {}

    /** Whether it multiplies {@link DType#BFLOAT16}. */
    public static boolean multipliesBfloat16() {
        return BFLOAT16;
    }

    /** Whether it multiplies whole tiles of {@link DType#BFLOAT16}: Intel's AMX. */
    public static boolean multipliesBfloat16Tiles() {
        return BFLOAT16_TILES;
    }

    /** As Linux lists them; empty elsewhere. */
    private static String features() {
        Path file = Path.of("/proc/cpuinfo");
        try {
            return Files.isReadable(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            return "";
        }
    }
}
