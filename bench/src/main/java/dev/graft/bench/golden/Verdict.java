package dev.graft.bench.golden;

/** What came of a case. */
public sealed interface Verdict {
    /**
     * Graft computes the same.
     *
     * @param deviation the largest error, as a share of what is allowed for its number
     */
    record Passed(double deviation) implements Verdict {}

    /** Graft computes something else, or cannot read the files; in words. */
    record Failed(String reason) implements Verdict {}

    /** What the case needs is not built; in words. */
    record Skipped(String reason) implements Verdict {}
}
