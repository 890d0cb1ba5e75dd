package dev.graft.bench;

import dev.graft.Base;
import dev.graft.adapter.Adapter;
import dev.graft.train.Encoded;
import dev.graft.train.Evaluator;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Measures prediction and, with --peers, the Python libraries on the same batches, turn by turn. */
@Command(
        name = "predict",
        description = {
            "Measures prediction; with --peers against the Python libraries on the same batches.",
            "Both sides start from token ids: padding and the model are timed, tokenizing is not. 'endToEnd' is Graft's rate",
            "from texts to labels, tokenizing included."
        },
        mixinStandardHelpOptions = true)
final class PredictBench implements Callable<Integer> {
    private static final String ALIKE = "from token ids to logits, padding included, tokenizing not";

    @Mixin
    BenchOptions options = new BenchOptions();

    @Override
    public Integer call() throws IOException {
        Workload workload = options.workload();
        try (Base base = options.open();
                Adapter adapter = Predicting.start(base, options.plan(workload))) {
            Encoded texts = Encoded.of(workload.rows(), base.tokenizer(), adapter.maxLength());
            List<int[]> batches = Evaluator.batches(texts, base.backbone().device());
            Turns turns = new Turns();
            Rates ours = turns.with(
                    () -> Predicting.rate(texts.size(), () -> Evaluator.outputs(adapter, base.backbone(), texts)));
            Rates endToEnd =
                    turns.with(() -> Predicting.rate(texts.size(), () -> base.predict(adapter, workload.rows())));
            try (Peers peers = options.peers
                    ? new Peers(
                            options,
                            base,
                            workload.task(),
                            texts,
                            PeerRows.classes(workload.task(), workload.rows()),
                            batches)
                    : null) {
                Match match = peers == null ? null : peers.match(turns, ALIKE, ours, "--mode", "predict");
                turns.take(options.rounds);
                Report report = new Report(options, base, ours, Shape.of(texts, batches), 1);
                report.put("endToEnd", endToEnd.median());
                if (match != null) {
                    report.add("same", match);
                }
                report.print(options.json);
            }
        }
        return 0;
    }
}
