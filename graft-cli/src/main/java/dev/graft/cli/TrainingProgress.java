package dev.graft.cli;

import dev.graft.train.EpochResult;
import dev.graft.train.TrainingListener;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Shows how a training goes: a bar on a terminal, else a line now and then; and a line for each epoch. */
final class TrainingProgress implements TrainingListener, AutoCloseable {
    private static final Duration LINE_INTERVAL = Duration.ofSeconds(30);

    private final Console console;
    private final StopSignal stop;
    private final int epochs;
    private @Nullable Bar bar;
    private int epoch;
    private int batch;
    private int batches;
    private double lossSum;
    private long epochRows;
    /** Of all epochs of this run, without the judging between them. */
    private long nanos;

    private long rows;
    private long batchesDone;
    private long last;
    private long lastLine = System.nanoTime();

    TrainingProgress(Console console, StopSignal stop, int epochs) {
        this.console = console;
        this.stop = stop;
        this.epochs = epochs;
    }

    @Override
    public void epochStarted(int newEpoch, int done, int all) {
        epoch = newEpoch;
        batch = done;
        batches = all;
        lossSum = 0;
        epochRows = 0;
        last = System.nanoTime();
        if (Console.reportsToTerminal()) {
            bar = new Bar("epoch %d/%d".formatted(epoch, epochs), batches, batch, console.err());
        }
    }

    @Override
    public void batchDone(int batchRows, double loss) {
        long now = System.nanoTime();
        nanos += now - last;
        last = now;
        batch++;
        batchesDone++;
        rows += batchRows;
        epochRows += batchRows;
        lossSum += loss * batchRows;
        if (bar != null) {
            bar.advance(batch, status());
        } else if (now - lastLine > LINE_INTERVAL.toNanos()) {
            lastLine = now;
            console.err().printf("epoch %d/%d, batch %d/%d: %s%n", epoch, epochs, batch, batches, status());
            console.err().flush();
        }
    }

    private String status() {
        double seconds = nanos / 1e9;
        long batchesLeft = batches - batch + (long) (epochs - epoch) * batches;
        return String.format(
                Locale.ROOT,
                "loss %.4f, %.0f examples/s, at most %s left",
                lossSum / epochRows,
                rows / seconds,
                time(Math.round(seconds / batchesDone * batchesLeft)));
    }

    @Override
    public void epochDone(EpochResult result, boolean best) {
        close();
        console.say(String.format(
                Locale.ROOT,
                "epoch %2d/%d  loss %.4f  dev loss %.4f  %s%s",
                result.epoch(),
                epochs,
                result.trainLoss(),
                result.devLoss(),
                Scores.line(result.dev()),
                best ? "  best" : ""));
    }

    @Override
    public boolean stopRequested() {
        return stop.requested();
    }

    /** A duration as {@code 1:02:03} or {@code 2:03}. */
    static String time(long seconds) {
        return seconds >= 3600
                ? "%d:%02d:%02d".formatted(seconds / 3600, seconds / 60 % 60, seconds % 60)
                : "%d:%02d".formatted(seconds / 60, seconds % 60);
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
    }
}
