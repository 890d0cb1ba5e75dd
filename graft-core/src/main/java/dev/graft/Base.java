package dev.graft;

import dev.graft.adapter.Adapter;
import dev.graft.adapter.AdapterCard;
import dev.graft.data.Row;
import dev.graft.hub.BaseFiles;
import dev.graft.hub.Hub;
import dev.graft.model.Backbone;
import dev.graft.model.Families;
import dev.graft.model.ModelException;
import dev.graft.model.Pooling;
import dev.graft.task.Outputs;
import dev.graft.task.Prediction;
import dev.graft.task.Task;
import dev.graft.task.Vote;
import dev.graft.tensor.Device;
import dev.graft.tensor.Precision;
import dev.graft.text.Tokenizer;
import dev.graft.train.Encoded;
import dev.graft.train.Evaluator;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * An open pretrained base: its frozen network and its tokenizer.
 *
 * <p>It is never written, so any number of threads may predict and train with it at once, each training with an adapter of
 * its own. Close it after the last of them.
 */
public final class Base implements AutoCloseable {
    private final String name;
    private final Pooling pooling;
    private final Backbone backbone;
    private final Tokenizer tokenizer;

    private Base(String name, Pooling pooling, Backbone backbone, Tokenizer tokenizer) {
        this.name = name;
        this.pooling = pooling;
        this.backbone = backbone;
        this.tokenizer = tokenizer;
    }

    /**
     * Opens a base in single precision on the CPU, fetching it first where that is needed.
     *
     * @param name a built-in name such as {@code minilm}, a directory in Hugging Face layout, or a model hub's id
     */
    public static Base open(String name) {
        return open(Hub.standard().resolve(name), Precision.FP32, Device.CPU);
    }

    /** Opens the base that an adapter was trained on, in single precision on the CPU. */
    public static Base openFor(Path adapter) {
        AdapterCard card = AdapterCard.read(adapter);
        BaseFiles files = Hub.standard().resolve(card.base().name());
        return open(files.pooledBy(card.pooling()), Precision.FP32, Device.CPU);
    }

    /**
     * Opens a base from its files.
     *
     * @throws ModelException where they do not fit each other, or hold values that are not finite
     * @throws dev.graft.weights.WeightsException where the weights are cut off or broken
     */
    public static Base open(BaseFiles files, Precision precision, Device device) {
        Tokenizer tokenizer = Tokenizer.open(files.tokenizer());
        try {
            Backbone backbone =
                    Families.open(files.config(), files.weights(), files.pooling(), precision.on(device), device);
            checkVocabulary(files, tokenizer, backbone);
            return new Base(files.name(), files.pooling(), backbone, tokenizer);
        } catch (RuntimeException e) {
            tokenizer.close();
            throw e;
        }
    }

    private static void checkVocabulary(BaseFiles files, Tokenizer tokenizer, Backbone backbone) {
        int words = backbone.architecture().vocabulary();
        if (tokenizer.vocabularySize() > words) {
            backbone.close();
            throw new ModelException(
                    "%s has ids up to %d, but the base has embeddings for %d; it belongs to another base"
                            .formatted(files.tokenizer(), tokenizer.vocabularySize() - 1, words));
        }
    }

    /**
     * Loads an adapter for this base; the caller closes it.
     *
     * @throws dev.graft.adapter.AdapterException where it is broken, or belongs to another base
     */
    public Adapter load(Path directory) {
        return Adapter.load(directory, backbone);
    }

    /** What an adapter says of each text, in order. */
    public List<Prediction> predict(Adapter adapter, String... texts) {
        List<Row> rows = new ArrayList<>();
        for (String text : texts) {
            rows.add(new Row(rows.size() + 1, text, null, null));
        }
        return predict(adapter, rows);
    }

    /** What an adapter says of each row, in order; labels are not looked at. */
    public List<Prediction> predict(Adapter adapter, List<Row> rows) {
        return Arrays.stream(outputs(adapter, rows))
                .map(outputs -> Outputs.predict(adapter.task(), outputs))
                .toList();
    }

    /**
     * What several adapters of one task say of each row by majority, in order: several prompts, say, that were trained from
     * different seeds.
     *
     * @throws IllegalArgumentException for no adapter, or adapters of different tasks or labels
     * @see Vote
     */
    public List<Prediction> vote(List<Adapter> adapters, List<Row> rows) {
        if (adapters.isEmpty()) {
            throw new IllegalArgumentException("a vote needs at least one adapter");
        }
        Task task = adapters.getFirst().task();
        for (Adapter adapter : adapters) {
            if (!adapter.task().equals(task)) {
                throw new IllegalArgumentException("adapters that vote must have the same task and labels: %s and %s"
                        .formatted(task, adapter.task()));
            }
        }
        List<List<Prediction>> answers =
                adapters.stream().map(adapter -> predict(adapter, rows)).toList();
        return IntStream.range(0, rows.size())
                .mapToObj(row -> Vote.of(
                        task, answers.stream().map(answer -> answer.get(row)).toList()))
                .toList();
    }

    /** The numbers that an adapter's head gives for each row, in order. */
    public double[][] outputs(Adapter adapter, List<Row> rows) {
        return Evaluator.outputs(adapter, backbone, encode(adapter, rows));
    }

    private Encoded encode(Adapter adapter, List<Row> rows) {
        return Encoded.of(rows, tokenizer, adapter.maxLength(), adapter.method().template());
    }

    /**
     * Makes a new adapter at its start and encodes the rows. Nothing has trained yet.
     *
     * @throws IllegalArgumentException where the method does not fit this base
     * @throws dev.graft.task.LabelException where a dev row has a label that no training row has
     */
    public Training prepare(TrainingPlan plan) {
        return new Training(this, plan);
    }

    /** How it was opened. */
    public String name() {
        return name;
    }

    /** How its states become one vector per text. */
    public Pooling pooling() {
        return pooling;
    }

    public Backbone backbone() {
        return backbone;
    }

    public Tokenizer tokenizer() {
        return tokenizer;
    }

    @Override
    public void close() {
        tokenizer.close();
        backbone.close();
    }
}
