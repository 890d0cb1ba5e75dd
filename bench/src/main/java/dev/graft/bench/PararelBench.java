package dev.graft.bench;

import dev.graft.Base;
import dev.graft.adapter.Adapter;
import dev.graft.data.Row;
import dev.graft.hub.Hub;
import dev.graft.method.Method;
import dev.graft.method.PTuning;
import dev.graft.method.PTuning.Encoder;
import dev.graft.method.Words;
import dev.graft.model.Pooling;
import dev.graft.task.Classification;
import dev.graft.task.Metrics;
import dev.graft.tensor.Device;
import dev.graft.tensor.Precision;
import dev.graft.text.Tokenizer;
import dev.graft.train.Checkpoints;
import dev.graft.train.Encoded;
import dev.graft.train.EpochResult;
import dev.graft.train.Evaluator;
import dev.graft.train.Trainer;
import dev.graft.train.TrainingListener;
import dev.graft.train.TrainingSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code graft-bench pararel}: a trained template against hand-written ones, in how many facts the base fills in right. */
@Command(
        name = "pararel",
        description = {
            "Trains a template of P-tuning for each relation and compares it with the hand-written ones of PARAREL:",
            "the share of unseen facts whose object is the base's first word of all."
        },
        mixinStandardHelpOptions = true)
final class PararelBench implements Callable<Integer> {
    private static final int MAX_LENGTH = 64;
    private static final String BEST = "{best}";

    /** A template learns slowly at first. */
    private static final int PATIENCE = 5;

    @Option(names = "--data", paramLabel = "DIR", description = "PARAREL's folder (${DEFAULT-VALUE}).")
    private Path data = Path.of("../shared/data/pararel");

    @Option(names = "--relation", paramLabel = "P", description = "A relation; repeatable (${DEFAULT-VALUE}).")
    private List<String> relations = List.of("P36", "P17", "P103", "P176", "P413");

    @Option(names = "--base", paramLabel = "NAME|DIR", description = "A base with a masked-LM head (${DEFAULT-VALUE}).")
    private String base = "bert-base";

    @Option(names = "--dtype", description = "fp32, bf16 or auto (${DEFAULT-VALUE}).")
    private String dtype = "fp32";

    @Option(
            names = "--template",
            paramLabel = "TEXT",
            description = "The trained template; " + BEST
                    + " is the hand-written one that has most of the facts to learn from (${DEFAULT-VALUE}).")
    private String template = "[P] [P] [P] " + BEST;

    @Option(names = "--epochs", description = "Epochs; 0 for the hand-written templates alone (${DEFAULT-VALUE}).")
    private int epochs = 20;

    @Option(names = "--lr", description = "The learning rate (${DEFAULT-VALUE}).")
    private double rate = 1e-3;

    @Option(names = "--batch", description = "Facts per step (${DEFAULT-VALUE}).")
    private int batch = 16;

    @Option(names = "--seed", description = "Decides split, first values and order (${DEFAULT-VALUE}).")
    private long seed = 42;

    private final List<Line> lines = new ArrayList<>();

    /** One row of the table: shares of unseen facts, but for {@code ownOfAll}. */
    private record Line(
            Relation relation,
            double ownOfAll,
            double majority,
            double mean,
            double best,
            double own,
            double trained) {}

    @Override
    public Integer call() throws IOException {
        try (Base opened = Base.open(
                Hub.standard().resolve(base).pooledBy(Pooling.MASK), Precision.named(dtype), Device.parse("auto"))) {
            for (String name : relations) {
                lines.add(measure(opened, Relation.read(data, name, opened.tokenizer(), seed)));
                print(lines.getLast());
            }
        }
        printTable();
        return 0;
    }

    private Line measure(Base opened, Relation relation) throws IOException {
        double[] scores = relation.templates().stream()
                .mapToDouble(text -> handWritten(opened, text, relation.test()))
                .toArray();
        double own = handWritten(opened, relation.templates().getFirst(), relation.facts());
        String majority = relation.majority();
        return new Line(
                relation,
                own,
                (double) relation.test().stream()
                                .filter(fact -> majority.equals(fact.label()))
                                .count()
                        / relation.test().size(),
                Arrays.stream(scores).average().orElseThrow(),
                Arrays.stream(scores).max().orElseThrow(),
                scores[0],
                epochs == 0 ? Double.NaN : trained(opened, relation));
    }

    private double handWritten(Base opened, String text, List<Row> facts) {
        try (Adapter plain = adapter(opened, new PTuning(null, Encoder.NONE, null, text))) {
            return score(opened, plain, facts);
        }
    }

    private double trained(Base opened, Relation relation) throws IOException {
        TrainingSettings settings = TrainingSettings.DEFAULT
                .withEpochs(epochs)
                .withBatchSize(batch)
                .withLearningRate(rate)
                .withPatience(PATIENCE)
                .withSeed(seed);
        Path checkpoints = Files.createTempDirectory("pararel");
        try (Adapter adapter = adapter(opened, new PTuning(null, Encoder.LSTM, null, template(opened, relation)))) {
            Checkpoints kept = new Checkpoints(checkpoints.resolve(relation.name()), relation.name());
            new Trainer(adapter, opened.backbone(), settings, new Progress(relation.name()))
                    .run(rows(opened, adapter, relation.train()), rows(opened, adapter, relation.dev()), kept);
            kept.delete();
            return score(opened, adapter, relation.test());
        } finally {
            Files.delete(checkpoints);
        }
    }

    private String template(Base opened, Relation relation) {
        if (!template.contains(BEST)) {
            return template;
        }
        String best = relation.templates().stream()
                .max(Comparator.comparingDouble(text -> handWritten(opened, text, relation.train())))
                .orElseThrow();
        return template.replace(BEST, best);
    }

    private Adapter adapter(Base opened, Method method) {
        Tokenizer tokenizer = opened.tokenizer();
        List<String> vocabulary = IntStream.range(
                        0, opened.backbone().architecture().vocabulary())
                .mapToObj(tokenizer::tokenOf)
                .toList();
        Words words = new Words(word -> List.of(tokenizer.idOf(word.stripLeading())), vocabulary);
        return Adapter.create(
                method,
                new Classification(vocabulary),
                opened.backbone(),
                opened.name(),
                Pooling.MASK,
                MAX_LENGTH,
                seed,
                words);
    }

    private static Trainer.Data rows(Base opened, Adapter adapter, List<Row> facts) {
        return new Trainer.Data(
                Encoded.of(
                        facts, opened.tokenizer(), MAX_LENGTH, adapter.method().template()),
                WordTargets.of(facts, opened.tokenizer()));
    }

    private static double score(Base opened, Adapter adapter, List<Row> facts) {
        Trainer.Data rows = rows(opened, adapter, facts);
        return rows.targets()
                .score(Evaluator.outputs(adapter, opened.backbone(), rows.texts()))
                .values()
                .getOrDefault(Metrics.ACCURACY, Double.NaN);
    }

    private record Progress(String relation) implements TrainingListener {
        @Override
        public void epochDone(EpochResult result, boolean best) {
            System.err.printf(Locale.ROOT, "%s %s%s%n", relation, result, best ? " *" : "");
        }
    }

    private static void print(Line line) {
        System.err.printf(
                Locale.ROOT,
                "%s: its own template has %.1f%% of all %d facts%n",
                line.relation.name(),
                100 * line.ownOfAll,
                line.relation.facts().size());
    }

    private void printTable() {
        System.out.println(
                "| relation | facts to learn, choose, judge by | majority | hand-written, own | mean | best | trained |");
        System.out.println("|---|---|---|---|---|---|---|");
        for (Line line : lines) {
            Relation relation = line.relation;
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %d, %d, %d | %.1f | %.1f | %.1f | %.1f | %.1f |%n",
                    relation.name(),
                    relation.train().size(),
                    relation.dev().size(),
                    relation.test().size(),
                    100 * line.majority,
                    100 * line.own,
                    100 * line.mean,
                    100 * line.best,
                    100 * line.trained);
        }
    }
}
