package dev.graft.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** Examples a second of one side, a number for each measured round. */
final class Rates {
    private final List<Double> values = new ArrayList<>();

    void add(double examplesPerSecond) {
        values.add(examplesPerSecond);
    }

    double median() {
        List<Double> sorted = values.stream().sorted().toList();
        int half = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(half) : (sorted.get(half - 1) + sorted.get(half)) / 2;
    }

    /** The median, and the slowest and fastest round. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT, "%.1f (%.1f to %.1f)", median(), Collections.min(values), Collections.max(values));
    }
}
