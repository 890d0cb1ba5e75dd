package dev.graft.bench;

import dev.graft.Base;
import dev.graft.hub.BaseExport;
import dev.graft.model.Pooling;
import dev.graft.task.Task;
import dev.graft.tensor.DType;
import dev.graft.train.Encoded;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The Python libraries with one method on one set of batches: each match has them with SDPA and with eager attention. */
final class Peers implements AutoCloseable {
    private final List<String> arguments;
    private final List<PeerProcess> running = new ArrayList<>();

    /** Hands the base and Graft's own batches over to them. */
    Peers(BenchOptions options, Base base, Task task, Encoded texts, int[] labels, List<int[]> batches)
            throws IOException {
        if (base.pooling() != Pooling.MEAN && base.pooling() != Pooling.CLS) {
            throw new IllegalArgumentException("the peers' head reads mean or cls: choose one with --pooling");
        }
        Path scratch = Files.createTempDirectory("graft-bench");
        Path exported = scratch.resolve("base");
        BaseExport.write(options.files(), exported);
        Path file = scratch.resolve("batches.json");
        PeerRows.writeBatches(file, texts, labels, batches);
        Comparison comparison = Comparison.of(options.method);
        arguments = List.of(
                "--base", exported.toString(),
                "--batches", file.toString(),
                "--method", comparison.peer(),
                "--size", Integer.toString(comparison.size()),
                "--labels", Integer.toString(task.outputs()),
                "--dtype", base.backbone().dtype() == DType.BFLOAT16 ? "bf16" : "fp32");
    }

    /** Enters them against Graft. */
    Match match(Turns turns, String title, Rates ours, String... more) throws IOException {
        return new Match(title, ours, turns.with(start("sdpa", more)), turns.with(start("eager", more)));
    }

    private Turns.Side start(String attention, String... more) throws IOException {
        List<String> all = new ArrayList<>(arguments);
        all.addAll(List.of("--attention", attention));
        all.addAll(Arrays.asList(more));
        PeerProcess process = new PeerProcess("peer.py", all);
        running.add(process);
        return process::round;
    }

    /** The number of scalars that they train, the head counted. */
    long trained() {
        return running.getFirst().trained();
    }

    @Override
    public void close() throws IOException {
        for (PeerProcess process : running) {
            process.close();
        }
    }
}
