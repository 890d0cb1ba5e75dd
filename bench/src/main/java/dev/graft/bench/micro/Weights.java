package dev.graft.bench.micro;

import dev.graft.tensor.DType;
import dev.graft.tensor.Device;
import dev.graft.tensor.Scope;
import dev.graft.tensor.Tensor;
import dev.graft.weights.SafetensorsWriter;
import dev.graft.weights.TensorInfo;
import dev.graft.weights.TensorSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** From a safetensors file in the system's cache to tensors, in MiB a second: 64 tensors of 1 MiB. */
@State(org.openjdk.jmh.annotations.Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class Weights {
    private static final int MEBIBYTES = 64;

    private final Path file = temporary();

    private static Path temporary() {
        try {
            return Files.createTempFile("graft-bench", ".safetensors");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Setup
    public void write() {
        try (Scope scope = Scope.open()) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            for (int i = 0; i < MEBIBYTES; i++) {
                tensors.put("tensor" + i, Tensor.zeros(DType.FLOAT32, Device.CPU, 512, 512));
            }
            SafetensorsWriter.write(file, tensors, Map.of());
        }
    }

    /** Opens the file, checks its header, and copies every tensor. */
    @Benchmark
    @OperationsPerInvocation(MEBIBYTES)
    public long readMebibytes() {
        long elements = 0;
        try (TensorSource source = TensorSource.open(file)) {
            for (TensorInfo info : source.tensors()) {
                try (Scope scope = Scope.open()) {
                    elements += source.read(info.name()).elements();
                }
            }
        }
        return elements;
    }

    @TearDown
    public void delete() throws IOException {
        Files.delete(file);
    }
}
