package dev.graft.bench.golden;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What came of all cases, as a table per model and a last line that counts. */
final class GoldenReport {
    private record Line(GoldenCase golden, Verdict verdict) {}

    private final Map<String, List<Line>> byModel = new LinkedHashMap<>();
    private int passed;
    private int failed;
    private int skipped;

    void add(GoldenCase golden, Verdict verdict) {
        byModel.computeIfAbsent(golden.model(), model -> new ArrayList<>()).add(new Line(golden, verdict));
        switch (verdict) {
            case Verdict.Passed p -> passed++;
            case Verdict.Failed f -> failed++;
            case Verdict.Skipped s -> skipped++;
        }
    }

    boolean hasFailures() {
        return failed > 0;
    }

    void print(PrintWriter out) {
        int width = byModel.values().stream()
                .flatMap(List::stream)
                .mapToInt(line -> line.golden().name().length())
                .max()
                .orElse(0);
        byModel.forEach((model, lines) -> {
            out.println(model);
            for (Line line : lines) {
                out.printf("  %-" + width + "s  %s%n", line.golden().name(), words(line.verdict()));
            }
        });
        out.printf("%d passed, %d failed, %d skipped%n", passed, failed, skipped);
        out.flush();
    }

    private static String words(Verdict verdict) {
        return switch (verdict) {
            case Verdict.Passed p ->
                String.format(Locale.ROOT, "passed   largest error %.2g %% of what is allowed", 100 * p.deviation());
            case Verdict.Failed f -> "FAILED   " + f.reason();
            case Verdict.Skipped s -> "skipped  " + s.reason();
        };
    }
}
