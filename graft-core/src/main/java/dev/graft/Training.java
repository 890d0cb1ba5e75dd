package dev.graft;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.graft.adapter.Adapter;
import dev.graft.data.Row;
import dev.graft.data.Rows;
import dev.graft.method.Methods;
import dev.graft.method.Words;
import dev.graft.model.Pooling;
import dev.graft.task.Classification;
import dev.graft.task.Head;
import dev.graft.task.Targets;
import dev.graft.train.Checkpoints;
import dev.graft.train.Encoded;
import dev.graft.train.Trainer;
import dev.graft.train.TrainingListener;
import dev.graft.train.TrainingResult;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;

/**
 * A training that is ready to run: the adapter at its start, the rows encoded. It owns the adapter until {@link #run} hands
 * it over. One thread at a time.
 */
public final class Training implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Base base;
    private final TrainingPlan plan;
    private final Adapter adapter;
    private final Trainer.Data train;
    private final Trainer.Data dev;
    private boolean handedOver;

    Training(Base base, TrainingPlan plan) {
        this.base = base;
        this.plan = plan;
        checkTemplate();
        train = data(plan.train(), "training row");
        dev = data(plan.dev(), "dev row");
        checkLength();
        adapter = plan.start() == null ? newAdapter() : furtherAdapter(plan.start());
        if (adapter.parameters().isEmpty()) {
            adapter.close();
            throw new IllegalArgumentException(
                    "%s and the base's own masked-LM head have nothing to train; put pseudo tokens [P] into the template, or add a method"
                            .formatted(plan.method().name()));
        }
    }

    private Adapter newAdapter() {
        Adapter created = Adapter.create(
                plan.method(),
                plan.task(),
                base.backbone(),
                base.name(),
                base.pooling(),
                plan.maxLength(),
                plan.settings().seed(),
                new Words(base.tokenizer()::idsOf, plan.task().labels(), plan.words()));
        Head head =
                created.head().scaled(train.targets().spread(), train.targets().center());
        return created.described(head, JSON.createObjectNode());
    }

    private Adapter furtherAdapter(Path directory) {
        Adapter loaded = Adapter.loadForTraining(directory, base.backbone());
        if (loaded.method().equals(plan.method())
                && loaded.task().equals(plan.task())
                && loaded.maxLength() == plan.maxLength()) {
            return loaded;
        }
        loaded.close();
        throw new IllegalArgumentException(
                "the adapter in %s is trained on with its own method, task and max length, as TrainingPlan.startingFrom sets them"
                        .formatted(directory));
    }

    /** A mask is answered by the base's masked-LM head, and that head answers nothing else. */
    private void checkTemplate() {
        boolean mask = plan.hasMask();
        boolean atMask = base.pooling() == Pooling.MASK || base.pooling() == Pooling.ANSWER;
        if (mask != atMask) {
            throw new IllegalArgumentException(
                    mask
                            ? "a template with [MASK] needs a base that is opened with mask pooling: '%s'"
                                    .formatted(plan.method().template())
                            : "a base with mask pooling answers at a mask; the method needs a template with [MASK]");
        }
        if (mask && !(plan.task() instanceof Classification)) {
            throw new IllegalArgumentException(
                    "a template with [MASK] needs a classification, whose labels have words; this is "
                            + plan.task().name());
        }
        if (!plan.words().isEmpty() && plan.start() != null) {
            throw new IllegalArgumentException(
                    "the adapter that is trained on has its words already; leave these away: " + plan.words());
        }
        if (!plan.words().isEmpty() && base.pooling() != Pooling.MASK) {
            throw new IllegalArgumentException(
                    "words for labels mean nothing without [MASK] in a template: " + plan.words());
        }
    }

    /** Before hours of training rather than at the first long text. */
    private void checkLength() {
        int longest = Math.max(longest(train), longest(dev));
        int taken = plan.method().takenPositions();
        int positions = base.backbone().architecture().positions();
        if (longest + taken > positions) {
            throw new IllegalArgumentException(
                    "texts of %d tokens and the %d positions that %s takes do not fit into the %d of this base; lower max length to %d"
                            .formatted(longest, taken, plan.method().name(), positions, positions - taken));
        }
    }

    private static int longest(Trainer.Data data) {
        return Arrays.stream(data.texts().lengths()).max().orElse(0);
    }

    private Trainer.Data data(List<Row> rows, String what) {
        Targets targets = Targets.of(
                plan.task(),
                TrainingPlan.labels(rows),
                i -> what + " in line " + rows.get(i).line());
        return new Trainer.Data(
                Encoded.of(
                        rows, base.tokenizer(), plan.maxLength(), plan.method().template()),
                targets);
    }

    /** What trains, for a table. */
    public List<TrainableGroup> trainable() {
        return TrainableGroup.of(adapter);
    }

    /** Where a training keeps its checkpoints while it runs: beside the adapter that it will become. */
    public static Path checkpointsOf(Path adapter) {
        return adapter.resolveSibling(adapter.getFileName() + ".training");
    }

    /**
     * How a training ended. The caller saves and closes it.
     *
     * @param adapter the tensors of the best epoch, or where the training was stopped its latest ones
     * @param result how it went
     * @param base what it was trained on
     * @param out where it belongs
     */
    public record Outcome(Adapter adapter, TrainingResult result, Base base, Path out) implements AutoCloseable {
        /**
         * Writes the adapter to its place, whole or not at all, and then forgets the checkpoints.
         *
         * @throws IllegalStateException for a training that was stopped; run it again to go on
         * @throws dev.graft.adapter.AdapterException where the place holds something else or cannot be written
         */
        public void save() {
            if (!result.finished()) {
                throw new IllegalStateException("this training was stopped before its end; run it again to go on");
            }
            adapter.save(out, base.backbone());
            new Checkpoints(checkpointsOf(out), "").delete();
        }

        @Override
        public void close() {
            adapter.close();
        }
    }

    /**
     * Trains, and hands the adapter with its training record over to the caller. Where
     * checkpoints of this very training lie beside {@code out}, it goes on from them.
     *
     * @param out where the adapter will be saved
     * @throws dev.graft.train.TrainingException where a loss is no number, or the checkpoint is another training's
     */
    public Outcome run(TrainingListener listener, Path out) {
        Checkpoints checkpoints = new Checkpoints(checkpointsOf(out), identity().toString());
        long start = System.nanoTime();
        TrainingResult result =
                new Trainer(adapter, base.backbone(), plan.settings(), listener).run(train, dev, checkpoints);
        ObjectNode record = identity();
        record.put("java", Runtime.version().toString());
        record.put("bestEpoch", result.best());
        record.put("seconds", Duration.ofNanos(System.nanoTime() - start).toMillis() / 1000.0);
        record.set("epochs", JSON.valueToTree(result.epochs()));
        handedOver = true;
        return new Outcome(adapter.described(adapter.head(), record), result, base, out);
    }

    /** What decides the result: method, settings and data. */
    private ObjectNode identity() {
        ObjectNode json = JSON.createObjectNode();
        json.set("method", Methods.toJson(plan.method()));
        json.set("settings", JSON.valueToTree(plan.settings()));
        json.put("task", plan.task().name());
        json.set("labels", JSON.valueToTree(plan.task().labels()));
        json.put("pooling", base.pooling().name());
        if (!plan.words().isEmpty()) {
            json.set("words", JSON.valueToTree(new TreeMap<>(plan.words())));
        }
        json.put(
                "learningRate",
                plan.settings().deltaRate(plan.method(), base.backbone().architecture()));
        json.put(
                "headLearningRate",
                plan.settings().headRate(plan.method(), base.backbone().architecture()));
        json.put("maxLength", plan.maxLength());
        if (plan.start() != null) {
            json.put("start", plan.start().toString()); // not its tensors, which a resumed training may have replaced
        }
        json.put("trainRows", plan.train().size());
        json.put("trainHash", Rows.fingerprint(plan.train()));
        json.put("devRows", plan.dev().size());
        json.put("devHash", Rows.fingerprint(plan.dev()));
        json.put("base", adapter.base().fingerprint());
        json.put("dtype", base.backbone().dtype().name().toLowerCase(Locale.ROOT));
        json.put("device", base.backbone().device().toString());
        return json;
    }

    /** Frees the adapter, unless {@link #run} handed it over. */
    @Override
    public void close() {
        if (!handedOver) {
            adapter.close();
        }
    }
}
