package dev.graft.cli;

import dev.graft.hub.DownloadProgress;
import org.jspecify.annotations.Nullable;

/** Shows how a download goes: a bar on a terminal, else a line for each file. */
final class DownloadBar implements DownloadProgress, AutoCloseable {
    /** Below this, a file is here before anyone reads its name. */
    private static final long WORTH_SHOWING = 1_000_000;

    private final Console console;
    private @Nullable Bar bar;
    private @Nullable String shown;

    DownloadBar(Console console) {
        this.console = console;
    }

    @Override
    public synchronized void advanced(String file, long done, long total) {
        if (total >= 0 && total < WORTH_SHOWING) {
            return;
        }
        if (!file.equals(shown)) {
            close();
            shown = file;
            if (Console.reportsToTerminal()) {
                bar = new Bar("Fetching " + file, total, done, console.err());
            } else {
                console.err().println("Fetching " + file + (total < 0 ? "" : " (" + Table.bytes(total) + ")") + " ...");
                console.err().flush();
            }
        }
        if (bar != null) {
            bar.advance(done, Table.bytes(done) + (total < 0 ? "" : " of " + Table.bytes(total)));
        }
    }

    @Override
    public synchronized void close() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
    }
}
