package dev.graft.cli;

import java.io.PrintWriter;
import java.util.concurrent.CountDownLatch;

/**
 * Ctrl-C, or a polite kill, during a training: it asks the training to end after its step, and keeps the process alive until
 * {@link #close}, by when all is saved. The exit code is then the one of the signal, such as 130.
 */
final class StopSignal implements AutoCloseable {
    private final CountDownLatch saved = new CountDownLatch(1);
    private final PrintWriter err;
    private final Thread hook = new Thread(this::stop, "stop");
    private volatile boolean requested;

    StopSignal(PrintWriter err) {
        this.err = err;
        Runtime.getRuntime().addShutdownHook(hook);
    }

    boolean requested() {
        return requested;
    }

    private void stop() {
        requested = true;
        err.println();
        err.println("Stopping: the step is ended and saved ...");
        err.flush();
        try {
            saved.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        saved.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The process is ending already: the hook has run.
        }
    }
}
