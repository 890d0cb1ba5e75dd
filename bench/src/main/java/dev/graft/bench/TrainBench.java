package dev.graft.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.graft.Base;
import dev.graft.Training;
import dev.graft.TrainingPlan;
import dev.graft.adapter.Adapter;
import dev.graft.hub.BaseExport;
import dev.graft.hub.BaseFiles;
import dev.graft.hub.Hub;
import dev.graft.method.Methods;
import dev.graft.tensor.DType;
import dev.graft.tensor.Device;
import dev.graft.tensor.Precision;
import dev.graft.text.Encoding;
import dev.graft.train.Checkpoints;
import dev.graft.train.Encoded;
import dev.graft.train.Trainer;
import dev.graft.train.TrainingListener;
import dev.graft.train.TrainingSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures the real training loop and, with --peers, the Python libraries on the same batches, turn by turn. */
@Command(
        name = "train",
        description = "Measures the training loop; with --peers against the Python libraries on the same batches.",
        mixinStandardHelpOptions = true)
final class TrainBench implements Callable<Integer> {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Option(names = "--data", defaultValue = "sst2", description = "sst2, books or a file (default: ${DEFAULT-VALUE})")
    String data = "sst2";

    @Option(names = "--base", defaultValue = "minilm", description = "the base (default: ${DEFAULT-VALUE})")
    String base = "minilm";

    @Option(names = "--method", defaultValue = "houlsby", description = "NAME[:option=value,...] (default: houlsby)")
    String method = "houlsby";

    @Option(names = "--dtype", defaultValue = "auto", description = "fp32, bf16 or auto (default: auto)")
    String dtype = "auto";

    @Option(names = "--rows", defaultValue = "1920", description = "rows of one round (default: ${DEFAULT-VALUE})")
    int rows = 1920;

    @Option(names = "--rounds", defaultValue = "5", description = "measured rounds (default: ${DEFAULT-VALUE})")
    int rounds = 5;

    @Option(names = "--peers", description = "measure the Python libraries too, in turns")
    boolean peers;

    @Option(names = "--peer-dropout", description = "the libraries' default: the base's own dropout in training")
    boolean peerDropout;

    @Option(names = "--json", description = "one line of JSON")
    boolean json;

    @Override
    public Integer call() throws IOException {
        Workload workload = Workload.named(data, rows);
        BaseFiles files = Hub.standard().resolve(base);
        try (Base opened = Base.open(files, Precision.named(dtype), Device.CPU)) {
            TrainingPlan plan = TrainingPlan.of(workload.rows(), workload.rows().subList(0, 2), workload.task())
                    .withMethod(Methods.parse(peers ? Comparison.of(method).graft() : method))
                    .withSettings(TrainingSettings.DEFAULT.withEpochs(1));
            Round ours = new Round(opened, plan);
            List<Double> own = new ArrayList<>();
            List<Double> sdpa = new ArrayList<>();
            List<Double> eager = new ArrayList<>();
            Path scratch = Files.createTempDirectory("graft-bench");
            try (PeerProcess fused = peers ? peer(files, opened, workload, plan, scratch, "sdpa") : null;
                    PeerProcess composed = peers ? peer(files, opened, workload, plan, scratch, "eager") : null) {
                for (int i = 0; i <= rounds; i++) { // the first round warms up
                    add(own, i, ours.run());
                    add(sdpa, i, fused == null ? null : fused.round().examplesPerSecond());
                    add(eager, i, composed == null ? null : composed.round().examplesPerSecond());
                }
                report(new Report(opened, workload, plan, own, sdpa, eager, fused == null ? 0 : fused.trained()));
            }
        }
        return 0;
    }

    private static void add(List<Double> values, int round, @Nullable Double value) {
        if (round > 0 && value != null) {
            values.add(value);
        }
    }

    private PeerProcess peer(
            BaseFiles files, Base opened, Workload workload, TrainingPlan plan, Path scratch, String attention)
            throws IOException {
        Path exported = scratch.resolve("base");
        if (!Files.exists(exported)) {
            BaseExport.write(files, exported);
        }
        Path batches = scratch.resolve("batches.json");
        List<Encoding> texts = workload.rows().stream()
                .map(row -> opened.tokenizer().encode(row.text(), row.pair(), plan.maxLength()))
                .toList();
        Encoded encoded = Encoded.of(workload.rows(), opened.tokenizer(), plan.maxLength());
        PeerBatches.write(batches, Trainer.batches(encoded, plan.settings(), 0), texts, workload);
        Comparison comparison = Comparison.of(method);
        List<String> arguments = new ArrayList<>(List.of(
                "--base", exported.toString(),
                "--batches", batches.toString(),
                "--method", comparison.peer(),
                "--size", Integer.toString(comparison.size()),
                "--labels", Integer.toString(workload.task().outputs()),
                "--dtype", opened.backbone().dtype() == DType.BFLOAT16 ? "bf16" : "fp32",
                "--attention", attention));
        if (peerDropout) {
            arguments.add("--dropout");
        }
        return new PeerProcess(arguments);
    }

    private record Report(
            Base base,
            Workload workload,
            TrainingPlan plan,
            List<Double> own,
            List<Double> sdpa,
            List<Double> eager,
            long peerTrained) {}

    private void report(Report report) throws IOException {
        DType type = report.base().backbone().dtype();
        Shape shape = Shape.of(report.base(), report.plan());
        double peak = MatrixPeak.measure(type, Device.CPU);
        double ours = Comparison.median(report.own());
        List<Double> faster =
                report.sdpa().isEmpty() || Comparison.median(report.sdpa()) >= Comparison.median(report.eager())
                        ? report.sdpa()
                        : report.eager();
        ObjectNode line = JSON.createObjectNode()
                .put("data", data)
                .put("method", method)
                .put("dtype", type.name().toLowerCase(Locale.ROOT))
                .put("ours", round(ours))
                .put("tokensPerSecond", round(ours * shape.tokens() / shape.rows()))
                .put("padding", round(shape.padding()))
                .put("peakShare", round(ours / shape.rows() * shape.flops() / 1e9 / peak))
                .put("peakGflops", round(peak))
                .put("memoryMiB", round(Memory.peakMiB()));
        if (!faster.isEmpty()) {
            line.put("peer", round(Comparison.median(faster)))
                    .put("peerAttention", faster == report.sdpa() ? "sdpa" : "eager")
                    .put("ratio", round(ours / Comparison.median(faster)));
        }
        if (json) {
            System.out.println(line);
            return;
        }
        System.out.printf(
                Locale.ROOT, "%s, %s, %s%n", data, method, line.get("dtype").asText());
        System.out.printf("Graft      %s examples/s%n", Comparison.spread(report.own()));
        if (!faster.isEmpty()) {
            System.out.printf("Python     %s examples/s with SDPA%n", Comparison.spread(report.sdpa()));
            System.out.printf("           %s examples/s with eager attention%n", Comparison.spread(report.eager()));
            System.out.printf(
                    Locale.ROOT,
                    "ratio      %.2f against the faster%n",
                    line.get("ratio").asDouble());
            System.out.printf(
                    Locale.ROOT,
                    "trained    %,d in Graft, %,d in Python, heads counted%n",
                    shape.trained(),
                    report.peerTrained());
        }
        line.properties().forEach(e -> System.out.printf("%-18s %s%n", e.getKey(), e.getValue()));
    }

    private static double round(double value) {
        return Math.round(value * 1000) / 1000.0;
    }

    /** What one round computes. */
    private record Shape(long rows, long tokens, double padding, double flops, long trained) {
        static Shape of(Base base, TrainingPlan plan) throws IOException {
            Encoded encoded = Encoded.of(plan.train(), base.tokenizer(), plan.maxLength());
            int[] lengths = encoded.lengths();
            long tokens = 0;
            long computed = 0;
            for (int[] batch : Trainer.batches(encoded, plan.settings(), 0)) {
                int longest = 0;
                for (int row : batch) {
                    tokens += lengths[row];
                    longest = Math.max(longest, lengths[row]);
                }
                computed += (long) longest * batch.length;
            }
            var a = base.backbone().architecture();
            // Forward, backward to the inputs where anything below trains, and to the matrices where they train
            // themselves.
            double passes = switch (plan.method().name()) {
                case "head" -> 1;
                case "full" -> 3;
                default -> 2;
            };
            double perToken = passes * a.layers() * (8.0 * a.hidden() * a.hidden() + 4.0 * a.hidden() * a.ffn());
            try (Training training = base.prepare(plan)) {
                long trained = training.trainable().stream()
                        .mapToLong(g -> g.parameters())
                        .sum();
                return new Shape(lengths.length, tokens, 1 - (double) tokens / computed, perToken * tokens, trained);
            }
        }
    }

    /** One epoch of the real loop on the same batches, timed from its first batch to its last. */
    private static final class Round implements TrainingListener {
        private final Base base;
        private final TrainingPlan plan;
        private final Path scratch;
        private int rounds;
        private long start;
        private long last;
        private long rows;

        Round(Base base, TrainingPlan plan) throws IOException {
            this.base = base;
            this.plan = plan;
            scratch = Files.createTempDirectory("graft-bench");
        }

        double run() {
            rows = 0;
            Path out = scratch.resolve("round" + ++rounds); // a training of its own each time, from the first batch
            try (Training training = base.prepare(plan);
                    Adapter adapter = training.run(this, out).adapter()) {
                new Checkpoints(Training.checkpointsOf(out), "").delete();
                return rows * 1e9 / (last - start);
            }
        }

        @Override
        public void epochStarted(int epoch, int batchesDone, int batches) {
            start = System.nanoTime();
        }

        @Override
        public void batchDone(int batchRows, double loss) {
            rows += batchRows;
            last = System.nanoTime();
        }
    }
}
