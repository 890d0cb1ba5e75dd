package dev.graft.bench;

import java.util.Map;

/** The same method on both sides: how each names it, and the size that makes their trained parameters equal. */
record Comparison(String graft, String peer, int size) {
    static final String NAMES = "full, head, houlsby, lora, prefix, prompt, top-k";

    private static final Map<String, Comparison> BY_METHOD = Map.of(
            "houlsby", new Comparison("houlsby:bottleneck=32,layernorm=frozen,activation=silu", "houlsby", 32),
            "lora", new Comparison("lora:rank=8,alpha=16", "lora", 8),
            "prefix", new Comparison("prefix:length=10,positions=shifted", "prefix", 10),
            "prompt", new Comparison("prompt:length=20,place=before_cls", "prompt", 20),
            "top-k", new Comparison("top-k:k=2", "top-k", 2),
            "full", new Comparison("full", "full", 0),
            "head", new Comparison("head", "head", 0));

    static Comparison of(String method) {
        Comparison comparison = BY_METHOD.get(method);
        if (comparison == null) {
            throw new IllegalArgumentException("--peers compares %s: %s".formatted(NAMES, method));
        }
        return comparison;
    }
}
