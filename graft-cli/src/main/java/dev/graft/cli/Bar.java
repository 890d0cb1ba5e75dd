package dev.graft.cli;

import java.io.PrintWriter;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarConsumer;
import me.tongfei.progressbar.ProgressBarStyle;

/** A progress bar on the last line of a terminal, gone without a trace when it is closed. */
final class Bar implements AutoCloseable {
    private static final int UPDATE_MILLIS = 200;

    private final ProgressBar bar;

    Bar(String task, long max, long done, PrintWriter terminal) {
        bar = new ProgressBarBuilder()
                .setTaskName(task)
                .setInitialMax(max)
                .setStyle(ProgressBarStyle.UNICODE_BLOCK)
                .setUpdateIntervalMillis(UPDATE_MILLIS)
                .hideEta()
                .setConsumer(new LastLine(terminal, Console.width()))
                .build();
        bar.stepTo(done);
    }

    /** Moves on, with a few words behind the bar. */
    void advance(long done, String message) {
        bar.stepTo(done);
        bar.setExtraMessage(" " + message);
    }

    @Override
    public void close() {
        bar.close();
    }

    /** The library's own writers ask the terminal for its size, for which they load libraries of their own. */
    private record LastLine(PrintWriter terminal, int width) implements ProgressBarConsumer {
        @Override
        public int getMaxRenderedLength() {
            return width - 1;
        }

        @Override
        public void accept(String rendered) {
            terminal.print("\r" + rendered);
            terminal.flush();
        }

        @Override
        public void close() {
            terminal.print("\r" + " ".repeat(width - 1) + "\r");
            terminal.flush();
        }
    }
}
