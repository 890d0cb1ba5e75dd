package dev.graft.bench;

import dev.graft.Base;
import dev.graft.TrainableGroup;
import dev.graft.Training;
import dev.graft.TrainingPlan;
import dev.graft.train.Encoded;
import dev.graft.train.Trainer;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Measures the real training loop and, with --peers, the Python libraries on the same batches, turn by turn. */
@Command(
        name = "train",
        description = {
            "Measures the training loop; with --peers against the Python libraries on the same batches, twice: with the same",
            "dropout (none in the base, 0.1 before the head), and with each side's defaults (theirs: dropout 0.1 in the base)."
        },
        mixinStandardHelpOptions = true)
final class TrainBench implements Callable<Integer> {
    private static final String ALIKE = "alike: no dropout in the base, 0.1 before the head";
    private static final String DEFAULTS = "each side's defaults: Python with dropout 0.1 in the base";

    @Mixin
    BenchOptions options = new BenchOptions();

    @Override
    public Integer call() throws IOException {
        Workload workload = options.workload();
        try (Base base = options.open()) {
            TrainingPlan plan = options.plan(workload);
            plan = plan.withSettings(plan.settings().withEpochs(1));
            Encoded texts = Encoded.of(workload.rows(), base.tokenizer(), plan.maxLength());
            List<int[]> batches = Trainer.batches(texts, plan.settings(), 0);
            Turns turns = new Turns();
            Rates ours = turns.with(new TrainingEpoch(base, plan));
            try (Peers peers = options.peers
                    ? new Peers(
                            options,
                            base,
                            workload.task(),
                            texts,
                            PeerRows.classes(workload.task(), workload.rows()),
                            batches)
                    : null) {
                long trained = trained(base, plan);
                Map<String, Match> matches = new LinkedHashMap<>();
                if (peers != null) {
                    matches.put("same", peers.match(turns, ALIKE, ours));
                    matches.put("defaults", peers.match(turns, DEFAULTS, ours, "--dropout", "0.1"));
                }
                requireEqual(trained, peers);
                turns.take(options.rounds);
                List<int[]> parts = batches.stream()
                        .flatMap(batch -> Trainer.parts(texts, batch, base.backbone()).stream())
                        .toList();
                Report report = new Report(options, base, ours, Shape.of(texts, parts), passes(plan));
                report.put("trained", trained);
                matches.forEach(report::add);
                report.print(options.json);
            }
        }
        return 0;
    }

    /** Forward, backward to the inputs where anything below trains, and to the matrices where they train themselves. */
    private static int passes(TrainingPlan plan) {
        return switch (plan.method().name()) {
            case "head" -> 1;
            case "full" -> 3;
            default -> 2;
        };
    }

    private static long trained(Base base, TrainingPlan plan) {
        try (Training training = base.prepare(plan)) {
            return training.trainable().stream()
                    .mapToLong(TrainableGroup::parameters)
                    .sum();
        }
    }

    private static void requireEqual(long trained, @Nullable Peers peers) {
        if (peers != null && peers.trained() != trained) {
            throw new IllegalStateException("Graft trains %,d scalars and Python %,d: these are two methods"
                    .formatted(trained, peers.trained()));
        }
    }
}
