package dev.graft.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.graft.Base;
import dev.graft.tensor.DType;
import dev.graft.tensor.Device;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a bench found, for people or as one line of JSON. */
final class Report {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final ObjectNode line;
    private final List<Match> matches = new ArrayList<>();

    /** Graft's own figures. @param passes as in {@link Shape#flops} */
    Report(BenchOptions options, Base base, Rates ours, Shape shape, int passes) throws IOException {
        DType dtype = base.backbone().dtype();
        double rate = ours.median();
        double peak = MatrixPeak.measure(dtype, Device.CPU);
        line = JSON.createObjectNode()
                .put("data", options.data)
                .put("method", options.method)
                .put("pooling", base.pooling().name().toLowerCase(Locale.ROOT))
                .put("dtype", dtype.name().toLowerCase(Locale.ROOT))
                .put("ours", rounded(rate))
                .put("tokensPerSecond", rounded(rate * shape.tokens() / shape.rows()))
                .put("padding", rounded(shape.padding()))
                .put("peakShare", rounded(rate * shape.flops(base.backbone().architecture(), passes) / 1e9 / peak))
                .put("peakGflops", rounded(peak))
                .put("memoryMiB", rounded(Memory.peakMiB()));
    }

    void put(String name, double value) {
        line.put(name, rounded(value));
    }

    void put(String name, long value) {
        line.put(name, value);
    }

    /** A comparison; the first is what counts, and stands beside Graft's own figures. */
    void add(String name, Match match) {
        match.addTo(matches.isEmpty() ? line : line.putObject(name));
        matches.add(match);
    }

    void print(boolean json) {
        PrintStream out = System.out;
        if (json) {
            out.println(line);
            return;
        }
        matches.forEach(match -> match.print(out));
        line.properties().stream()
                .filter(entry -> entry.getValue().isValueNode())
                .forEach(entry -> out.printf(
                        "%-18s %s%n", entry.getKey(), entry.getValue().asText()));
    }

    static double rounded(double value) {
        return Math.round(value * 1000) / 1000.0;
    }
}
