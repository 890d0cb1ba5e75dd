package dev.graft.adapter;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.graft.method.HeadOnly;
import dev.graft.method.Initializer;
import dev.graft.method.Method;
import dev.graft.method.Methods;
import dev.graft.method.Reparameterized;
import dev.graft.method.Words;
import dev.graft.model.Backbone;
import dev.graft.model.Batch;
import dev.graft.model.Deltas;
import dev.graft.model.Hidden;
import dev.graft.model.Mode;
import dev.graft.model.Pooling;
import dev.graft.task.Head;
import dev.graft.task.Task;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.RandomSource;
import dev.graft.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a user owns: the deltas of a method on one base, the head of a task, and where they came from. It is the unit of
 * saving, loading and serving. It owns its parameters and none of the base's tensors.
 *
 * <p>Any number of threads may predict with one adapter at once; training changes it and belongs to one.
 */
public final class Adapter implements AutoCloseable {
    private final Method method;
    private final Task task;
    private final Pooling pooling;
    private final int maxLength;
    private final BaseIdentity base;
    private final Deltas deltas;
    private final Head head;
    private final ObjectNode training;

    Adapter(
            Method method,
            Task task,
            Pooling pooling,
            int maxLength,
            BaseIdentity base,
            Deltas deltas,
            Head head,
            ObjectNode training) {
        this.method = method;
        this.task = task;
        this.pooling = pooling;
        this.maxLength = maxLength;
        this.base = base;
        this.deltas = deltas;
        this.head = head;
        this.training = training;
    }

    /**
     * A new adapter at the method's start, where that takes no words.
     *
     * @param baseName how the base was opened
     * @param maxLength the longest text in tokens
     * @param seed decides every first value
     * @throws IllegalArgumentException where the method does not fit the base, or starts from words
     */
    public static Adapter create(
            Method method, Task task, Backbone backbone, String baseName, Pooling pooling, int maxLength, long seed) {
        return create(method, task, backbone, baseName, pooling, maxLength, seed, Words.UNKNOWN);
    }

    /**
     * A new adapter at the method's start.
     *
     * @param baseName how the base was opened
     * @param maxLength the longest text in tokens
     * @param seed decides every first value
     * @param words what a start from words is taken from, and the word for each label where {@link Pooling#MASK} asks for one
     * @throws IllegalArgumentException where the method does not fit the base
     */
    public static Adapter create(
            Method method,
            Task task,
            Backbone backbone,
            String baseName,
            Pooling pooling,
            int maxLength,
            long seed,
            Words words) {
        Deltas deltas = new Deltas(
                method.deltas(backbone.architecture(), new Initializer(backbone, seed, words, AdapterReader::fill)));
        deltas.requireSites(backbone.architecture());
        Head head = pooling == Pooling.MASK
                ? Head.verbalizer(backbone, words.verbalizer(method.template()))
                : Head.create(
                        task.outputs(),
                        backbone.architecture().hidden(),
                        backbone.dtype().master(),
                        backbone.device(),
                        new RandomSource(seed),
                        Head.DROPOUT);
        BaseIdentity base = BaseIdentity.of(baseName, backbone, pooling);
        return new Adapter(method, task, pooling, maxLength, base, deltas, head, AdapterCard.JSON.createObjectNode());
    }

    /**
     * Loads an adapter for use onto the base that it was trained on: what a network made in training is there, the network is
     * not.
     *
     * @throws AdapterException where the directory is no adapter, a file was changed, a tensor is missing or one too many, or
     *     the base is another
     */
    public static Adapter load(Path directory, Backbone backbone) {
        return AdapterReader.read(directory, backbone);
    }

    /**
     * Loads an adapter as it was trained, to train it on.
     *
     * @throws AdapterException as {@link #load} does, and where the file that only training needs is missing or was changed
     */
    public static Adapter loadForTraining(Path directory, Backbone backbone) {
        return AdapterReader.readForTraining(directory, backbone);
    }

    /**
     * Checks that an adapter may be saved to a place, before the work of training it: nothing is there, an empty directory,
     * or an adapter, which {@link #save} would replace.
     *
     * @throws AdapterException where the place holds something else
     */
    public static void requirePlace(Path directory) {
        AdapterDirectory place = new AdapterDirectory(directory);
        place.mend();
        place.refuseForeign();
    }

    /**
     * Writes the adapter's directory, whole or not at all; an adapter that is there is replaced.
     *
     * @throws AdapterException where the place holds something else or cannot be written
     */
    public void save(Path directory, Backbone backbone) {
        AdapterWriter.write(this, directory, backbone);
    }

    /** The head's outputs for a batch, [B, C] in full precision; they belong to the innermost scope. */
    public Tensor outputs(Backbone backbone, Batch batch, Mode mode) {
        Hidden hidden = backbone.forward(batch, pooling, deltas, mode);
        Tensor pooled = backbone.pool(hidden, pooling, deltas, mode);
        return pooling == Pooling.ANSWER
                ? head.apply(pooled, mode, words -> backbone.takenBack(words, hidden, deltas, mode))
                : head.apply(pooled, mode);
    }

    /**
     * This adapter merged into a view of its base. Empty where a delta does not merge; the base is not written. The caller
     * closes the view before the adapter.
     */
    public Optional<Merged> merge(Backbone backbone) {
        return deltas.merged(backbone).map(copies -> new Merged(this, backbone, copies));
    }

    /**
     * A copy of the head alone, for a base that has taken up the rest: an adapter of the method {@code head}. The caller closes
     * it.
     *
     * @param merged that base
     * @param baseName how it will be opened
     */
    public Adapter headOn(Backbone merged, String baseName) {
        return new Adapter(
                HeadOnly.DEFAULT,
                task,
                pooling,
                maxLength,
                BaseIdentity.of(baseName, merged, pooling),
                Deltas.NONE,
                head.copy(),
                training);
    }

    /** The same parameters with other facts about them: how it was trained, and the unit of its outputs. */
    public Adapter described(Head newHead, ObjectNode newTraining) {
        return new Adapter(method, task, pooling, maxLength, base, deltas, newHead, newTraining);
    }

    /** The same deltas with another task and the head for it. */
    Adapter answering(Task newTask, Head newHead) {
        return new Adapter(method, newTask, pooling, maxLength, base, deltas, newHead, training);
    }

    /** Everything that trains: the deltas' parameters, then the head's. */
    public List<Parameter> parameters() {
        List<Parameter> parameters = new ArrayList<>(deltas.parameters());
        parameters.addAll(head.parameters());
        return parameters;
    }

    /** Everything that its files hold: what trains, and what it holds as it is. */
    public List<Parameter> held() {
        List<Parameter> held = new ArrayList<>(deltas.held());
        held.addAll(head.parameters());
        return held;
    }

    /** The deltas that an adapter's file holds, to be given to {@link #close(Deltas)} after use. */
    Deltas storedDeltas() {
        return new Deltas(deltas.all().stream()
                .map(delta -> delta instanceof Reparameterized trained ? trained.stored() : delta)
                .toList());
    }

    /** What trains and is not among the stored deltas, by name: the networks that made them. */
    List<StoredTensor> onlyTrained(Deltas stored) {
        List<Parameter> only = new ArrayList<>(deltas.parameters());
        only.removeAll(stored.held());
        return only.stream()
                .map(parameter -> StoredTensor.whole(parameter.name(), parameter.name()))
                .toList();
    }

    /** Frees what was made for the stored deltas. */
    void close(Deltas stored) {
        List<Parameter> made = new ArrayList<>(stored.held());
        made.removeAll(deltas.held());
        made.forEach(Parameter::close);
    }

    Map<String, Parameter> parametersByName() {
        Map<String, Parameter> parameters = new LinkedHashMap<>();
        held().forEach(parameter -> parameters.put(parameter.name(), parameter));
        return parameters;
    }

    public Method method() {
        return method;
    }

    public Task task() {
        return task;
    }

    public Pooling pooling() {
        return pooling;
    }

    /** The longest text in tokens; longer ones are cut. */
    public int maxLength() {
        return maxLength;
    }

    public BaseIdentity base() {
        return base;
    }

    public Deltas deltas() {
        return deltas;
    }

    public Head head() {
        return head;
    }

    /** How it came about; empty for a new one. */
    public ObjectNode training() {
        return training;
    }

    ObjectNode methodJson() {
        return Methods.toJson(method);
    }

    @Override
    public void close() {
        deltas.held().forEach(Parameter::close);
        head.close();
    }
}
