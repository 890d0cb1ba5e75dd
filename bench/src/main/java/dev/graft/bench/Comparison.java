package dev.graft.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The same method on both sides: how each names it, and the size that makes their trained parameters equal. */
record Comparison(String graft, String peer, int size) {
    private static final Map<String, Comparison> BY_METHOD = Map.of(
            "houlsby", new Comparison("houlsby:bottleneck=32,layernorm=frozen,activation=silu", "houlsby", 32),
            "lora", new Comparison("lora:rank=8,alpha=16", "lora", 8),
            "prefix", new Comparison("prefix:length=10,positions=shifted", "prefix", 10),
            "prompt", new Comparison("prompt:length=20,place=before_cls", "prompt", 20),
            "full", new Comparison("full", "full", 0),
            "head", new Comparison("head", "head", 0));

    static Comparison of(String method) {
        Comparison comparison = BY_METHOD.get(method);
        if (comparison == null) {
            throw new IllegalArgumentException("--peers compares %s: %s"
                    .formatted(BY_METHOD.keySet().stream().sorted().toList(), method));
        }
        return comparison;
    }

    static double median(List<Double> values) {
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return sorted.length % 2 == 1
                ? sorted[sorted.length / 2]
                : Arrays.stream(sorted, sorted.length / 2 - 1, sorted.length / 2 + 1)
                        .average()
                        .orElse(Double.NaN);
    }

    static String spread(List<Double> values) {
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return String.format(Locale.ROOT, "%.1f (%.1f to %.1f)", median(values), sorted[0], sorted[sorted.length - 1]);
    }
}
