package dev.graft.bench.micro;

import dev.graft.tensor.Scope;
import dev.graft.tensor.Tensor;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What a call into the native engine costs beside its arithmetic: an addition of four numbers. */
@State(org.openjdk.jmh.annotations.Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class TensorCalls {
    private final Tensor x = Tensor.of(new float[] {1, 2, 3, 4}, 4).retain();
    private final Tensor y = Tensor.of(new float[] {4, 3, 2, 1}, 4).retain();

    /** Opens a scope, adds, and frees the sum. */
    @Benchmark
    public Tensor addInAScope() {
        try (Scope scope = Scope.open()) {
            return x.plus(y);
        }
    }

    /** Opens a scope and closes it empty. */
    @Benchmark
    public Scope scopeAlone() {
        try (Scope scope = Scope.open()) {
            return scope;
        }
    }

    @TearDown
    public void close() {
        x.close();
        y.close();
    }
}
