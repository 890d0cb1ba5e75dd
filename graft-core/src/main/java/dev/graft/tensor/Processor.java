package dev.graft.tensor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** What this machine's processor multiplies in half precision by itself. */
public final class Processor {
    private static final String FEATURES = features();

    private static final boolean BFLOAT16 = has("amx_bf16|avx512_bf16");
    private static final boolean BFLOAT16_TILES = has("amx_bf16");

    private Processor() {}

    /** Whether it has instructions for products in {@link DType#BFLOAT16}. */
    public static boolean multipliesBfloat16() {
        return BFLOAT16;
    }

    /** Whether it has instructions for products of whole tiles in {@link DType#BFLOAT16}: Intel's AMX. */
    public static boolean multipliesBfloat16Tiles() {
        return BFLOAT16_TILES;
    }

    private static boolean has(String feature) {
        return Pattern.compile("\\b(" + feature + ")\\b").matcher(FEATURES).find();
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
