package dev.graft.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;
import java.util.Locale;

/**
 * Graft against the Python libraries.
 *
 * @param title what is alike
 * @param ours Graft's rates
 * @param sdpa the libraries' with SDPA
 * @param eager the libraries' with eager attention
 */
record Match(String title, Rates ours, Rates sdpa, Rates eager) {
    private boolean sdpaIsFaster() {
        return sdpa.median() >= eager.median();
    }

    private double peer() {
        return Math.max(sdpa.median(), eager.median());
    }

    private double ratio() {
        return ours.median() / peer();
    }

    void addTo(ObjectNode json) {
        json.put("alike", title)
                .put("ours", Report.rounded(ours.median()))
                .put("peer", Report.rounded(peer()))
                .put("peerAttention", sdpaIsFaster() ? "sdpa" : "eager")
                .put("ratio", Report.rounded(ratio()));
    }

    void print(PrintStream out) {
        out.println(title);
        out.println("  Graft    " + ours + " examples/s");
        out.println("  Python   " + sdpa + " examples/s with SDPA");
        out.println("           " + eager + " examples/s with eager attention");
        out.printf(Locale.ROOT, "  ratio    %.2f against the faster%n", ratio());
    }
}
