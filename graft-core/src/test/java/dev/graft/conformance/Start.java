package dev.graft.conformance;

import java.util.function.ToDoubleFunction;

/** How close to the base a method promises to start. */
sealed interface Start {
    /** The base's output, bit for bit. */
    Start EXACT = new Exact();

    /** Somewhere else: prefixes and prompts have no start that equals the base. */
    Start ELSEWHERE = new Elsewhere();

    /** Each output delta changes what passes by about this share of its root mean square (methods.md 3.4). */
    static Start near(ToDoubleFunction<Sizes> share) {
        return new Near(share);
    }

    /** See {@link #EXACT}. */
    record Exact() implements Start {}

    /** See {@link #near}. */
    record Near(ToDoubleFunction<Sizes> share) implements Start {}

    /** See {@link #ELSEWHERE}. */
    record Elsewhere() implements Start {}
}
