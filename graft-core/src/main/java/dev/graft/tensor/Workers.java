package dev.graft.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.bytedeco.openblas.presets.openblas_nolapack;
import org.bytedeco.pytorch.global.torch;

/**
 * The cores of the machine as threads that compute side by side, each with its share of the cores.
 *
 * <p>libtorch spreads every single operation over all cores and waits for the slowest of them. The operations of a small
 * Transformer are so short that this waiting costs much of the time; whole computations beside each other have none of it.
 * There is one set of workers in a process, shared by whoever computes, so that no two fight for the cores.
 */
public final class Workers {
    /** Where there are more cores, some share an operation again, since a batch in very small parts is slow as well. */
    private static final int MOST = 4;

    /** Below this many rows the matrices of a part are too small for a core. */
    private static final int FEWEST_ROWS = 8;

    private Workers() {}

    /** How many computations run side by side on a device: one where the device is not the processor. */
    public static int count(Device device) {
        return device.kind() == Device.Kind.CPU ? Pool.SIZE : 1;
    }

    /** The largest number of parts worth making of so many rows on a device: one for each worker, where there are rows enough. */
    public static int parts(int rows, Device device) {
        return Math.clamp(rows / FEWEST_ROWS, 1, count(device));
    }

    /**
     * Runs computations side by side and waits for all of them; a single one runs on the calling thread.
     * Each has a scope around it: what should outlive it is {@linkplain Tensor#retain retained}, and then the caller's. A
     * computation must not call this method.
     *
     * @return the results, in order
     * @throws RuntimeException what the first of those that failed threw, once all have ended and results that can be closed are
     */
    public static <T> List<T> run(List<Supplier<T>> computations) {
        if (Pool.SIZE == 1 || computations.size() == 1) {
            return computations.stream().map(Workers::inScope).toList();
        }
        List<Future<T>> running = new ArrayList<>();
        for (Supplier<T> computation : computations) {
            running.add(Pool.THREADS.submit(() -> inScope(computation)));
        }
        running.forEach(Workers::await);
        for (Future<T> ended : running) {
            if (ended.state() == Future.State.FAILED) {
                running.forEach(Workers::closeResult);
                throw unchecked(ended.exceptionNow());
            }
        }
        return running.stream().map(Future::resultNow).toList();
    }

    private static <T> T inScope(Supplier<T> computation) {
        try (Scope scope = Scope.open()) {
            return computation.get();
        }
    }

    private static void closeResult(Future<?> ended) {
        if (ended.state() == Future.State.SUCCESS && ended.resultNow() instanceof AutoCloseable result) {
            try {
                result.close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** Waits even where the thread is interrupted: a computation under way cannot be called off. */
    private static void await(Future<?> future) {
        boolean interrupted = false;
        while (!future.isDone()) {
            try {
                future.get();
            } catch (InterruptedException e) {
                interrupted = true;
            } catch (ExecutionException e) {
                break; // told by the future's state
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static RuntimeException unchecked(Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        return (RuntimeException) failure; // a supplier throws no other
    }

    private static final class Pool {
        static final int SIZE;
        static final ExecutorService THREADS;

        static {
            Native.initialize();
            int cores = Math.min(torch.get_num_threads(), Runtime.getRuntime().availableProcessors());
            SIZE = Math.min(cores, MOST);
            THREADS = start(SIZE, cores);
        }

        private static ExecutorService start(int size, int cores) {
            CountDownLatch started = new CountDownLatch(size);
            ThreadPoolExecutor threads = new ThreadPoolExecutor(
                    size, size, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), new Factory(cores / size, started));
            threads.prestartAllCoreThreads();
            try {
                started.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            torch.set_num_threads(cores); // a new thread of the program's takes the number that was set last
            // The library of full-precision products has threads of its own, which would come on top of the workers.
            openblas_nolapack.blas_set_num_threads(cores / size);
            return threads;
        }
    }

    /** A class of its own, since nothing that a worker runs may wait for the pool's initialisation. */
    private record Factory(int cores, CountDownLatch started) implements ThreadFactory {
        @Override
        public Thread newThread(Runnable task) {
            Thread thread = new Thread(() -> work(task), "graft-worker");
            thread.setDaemon(true);
            return thread;
        }

        private void work(Runnable task) {
            torch.get_num_threads(); // a thread's first use takes the program's number, and would undo the next line
            torch.set_num_threads(cores); // holds for this thread
            started.countDown();
            task.run();
        }
    }
}
