package dev.graft.bench.golden;

import java.nio.file.Path;

/**
 * One thing to recompute.
 *
 * @param suite what kind it is
 * @param model the name of the base, a folder in {@code base}
 * @param name its path within the folder of golden files, such as {@code peft/bert_cls/lora}
 * @param directory its files
 */
public record GoldenCase(Suite suite, String model, String name, Path directory) {}
