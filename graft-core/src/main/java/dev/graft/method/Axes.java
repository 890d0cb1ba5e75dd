package dev.graft.method;

/**
 * What a method is, in words: its point in the design space of He et al. 2022 (arXiv 2110.04366, section 3) and its start.
 *
 * @param where the representation that it modifies
 * @param what the functional form of the change
 * @param reads what the change is computed from
 * @param joins how the change joins the representation
 * @param start what the model computes before training: {@code the base}, {@code near the base} or {@code elsewhere}
 */
public record Axes(String where, String what, String reads, String joins, String start) {
    /** All of it in one line. */
    public String sentence() {
        return "%s at %s, reading %s, joined %s; starts as %s".formatted(what, where, reads, joins, start);
    }
}
