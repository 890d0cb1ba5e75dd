package dev.graft.bench.micro;

import dev.graft.TrainingPlan;
import dev.graft.bench.Workload;
import dev.graft.data.Row;
import dev.graft.hub.Hub;
import dev.graft.model.Batch;
import dev.graft.tensor.Device;
import dev.graft.tensor.Scope;
import dev.graft.text.Encoding;
import dev.graft.text.Tokenizer;
import dev.graft.train.Encoded;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** From texts to token ids, and from token ids to batches; SST-2's lengths, a batch of 32. */
@State(org.openjdk.jmh.annotations.Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class Texts {
    private static final int TEXTS = 1024;
    private static final int BATCH = 32;

    private final Tokenizer tokenizer =
            Tokenizer.open(Hub.standard().resolve("minilm").tokenizer());
    private final List<Row> rows = Workload.named("sst2", TEXTS).rows();
    private final List<String> texts = rows.stream().map(Row::text).toList();
    private final Encoded encoded = Encoded.of(rows, tokenizer, TrainingPlan.DEFAULT_MAX_LENGTH);
    private final int[] batch = IntStream.range(0, BATCH).toArray();

    /** Tokenizes all texts in one call, which may use several threads. */
    @Benchmark
    @OperationsPerInvocation(TEXTS)
    public List<Encoding> tokenize() {
        return tokenizer.encodeAll(texts, null, TrainingPlan.DEFAULT_MAX_LENGTH);
    }

    /** Pads a batch and makes its three tensors. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public Batch collate() {
        try (Scope scope = Scope.open()) {
            return encoded.batch(batch, Device.CPU);
        }
    }

    @TearDown
    public void close() {
        tokenizer.close();
    }
}
