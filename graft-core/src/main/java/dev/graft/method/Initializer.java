package dev.graft.method;

import dev.graft.model.Backbone;
import dev.graft.model.Batch;
import dev.graft.model.Delta;
import dev.graft.model.Deltas;
import dev.graft.model.Mode;
import dev.graft.tensor.DType;
import dev.graft.tensor.Gradients;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.RandomSource;
import dev.graft.tensor.Scope;
import dev.graft.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Makes parameters with their first values. What is drawn for a name depends on the seed and that name alone, so the
 * order of attachment changes nothing. The parameters belong to the caller.
 */
public final class Initializer {
    private final Backbone backbone;
    private final RandomSource random;
    private final Words words;
    private final OtherAdapters others;
    private final boolean blank;

    /** Where tensors of other adapters are read. */
    @FunctionalInterface
    public interface OtherAdapters {
        /** Gives a parameter the values that the adapter in a directory has for its name. */
        void fill(Parameter parameter, Path directory);
    }

    /** For a start that neither words nor other adapters decide. */
    public Initializer(Backbone backbone, long seed) {
        this(backbone, seed, Words.UNKNOWN);
    }

    /** @param words what a start from words is taken from */
    public Initializer(Backbone backbone, long seed, Words words) {
        this(backbone, seed, words, (parameter, directory) -> {
            throw new IllegalArgumentException("no adapters are read here: " + directory);
        });
    }

    /**
     * @param words what a start from words is taken from
     * @param others where tensors of other adapters are read
     */
    public Initializer(Backbone backbone, long seed, Words words, OtherAdapters others) {
        this(backbone, seed, words, others, false);
    }

    private Initializer(Backbone backbone, long seed, Words words, OtherAdapters others, boolean blank) {
        this.backbone = backbone;
        this.random = new RandomSource(seed).at("init");
        this.words = words;
        this.others = others;
        this.blank = blank;
    }

    /** Makes zeros where a start would come from words or other adapters: for parameters that are about to be read from a file. */
    public static Initializer blank(Backbone backbone) {
        return new Initializer(backbone, 0, Words.UNKNOWN, (parameter, directory) -> {}, true);
    }

    public Parameter zeros(String name, boolean decays, long... shape) {
        return make(name, decays, source -> Tensor.zeros(DType.FLOAT32, backbone.device(), shape));
    }

    public Parameter ones(String name, boolean decays, long... shape) {
        return make(name, decays, source -> Tensor.ones(DType.FLOAT32, backbone.device(), shape));
    }

    /** N(0, sigma). */
    public Parameter normal(String name, boolean decays, double sigma, long... shape) {
        return make(name, decays, source -> source.normal(sigma, shape));
    }

    /** N(0, sigma) cut off beyond two sigma. */
    public Parameter truncatedNormal(String name, boolean decays, double sigma, long... shape) {
        return make(name, decays, source -> source.truncatedNormal(sigma, shape));
    }

    /** U(-bound, bound). */
    public Parameter uniform(String name, boolean decays, double bound, long... shape) {
        return make(name, decays, source -> source.uniform(bound, shape));
    }

    /** U(-1/sqrt(fan_in), 1/sqrt(fan_in)): Kaiming's uniform with a = sqrt 5, for a matrix [out, fan_in]. */
    public Parameter kaimingUniform(String name, boolean decays, long out, long fanIn) {
        return make(name, decays, source -> source.uniform(1 / Math.sqrt(fanIn), out, fanIn));
    }

    /** U(-bound, bound) with the bound {@code gain sqrt(6 / (rows + columns))}: Glorot's uniform for each matrix of a stack. */
    public Parameter glorotUniform(String name, boolean decays, double gain, long... shape) {
        double bound = gain * Math.sqrt(6.0 / (shape[shape.length - 2] + shape[shape.length - 1]));
        return make(name, decays, source -> source.uniform(bound, shape));
    }

    /** A copy of a base tensor, to stand in its place; matrices decay, vectors do not. */
    public Parameter copyOf(String baseTensor) {
        Tensor original = backbone.tensor(baseTensor);
        return make(baseTensor, original.dimensions() > 1, source -> original);
    }

    /** What another adapter has under this name, held as it is. */
    public Parameter shared(String name, Path adapter, long... shape) {
        DType master = backbone.dtype().master();
        try (Scope scope = Scope.open()) {
            Parameter parameter = Parameter.frozen(name, Tensor.zeros(master, backbone.device(), shape));
            try {
                others.fill(parameter, adapter);
                return parameter;
            } catch (RuntimeException e) {
                parameter.close();
                throw e;
            }
        }
    }

    /** The norms of the rows of a base matrix; they do not decay. */
    public Parameter rowNorms(String name, String baseTensor) {
        DType master = backbone.dtype().master();
        return make(
                name,
                false,
                source -> Rescaled.rowNorms(backbone.tensor(baseTensor).to(master)));
    }

    /**
     * Word embeddings of the base, [count, d].
     *
     * @param ids the ids of each row, which is the mean of their embeddings; not asked for by a {@link #blank} one
     */
    public Parameter words(String name, int count, Supplier<List<long[]>> ids) {
        int width = backbone.architecture().embedding();
        return make(
                name,
                false,
                source -> blank
                        ? Tensor.zeros(DType.FLOAT32, backbone.device(), count, width)
                        : Tensor.stacked(0, ids.get().stream().map(this::meanOf).toList()));
    }

    private Tensor meanOf(long[] ids) {
        DType master = backbone.dtype().master();
        Tensor indices = Tensor.of(ids, ids.length).to(backbone.device());
        Tensor rows = backbone.tensor("embedding.word.weight").indexSelect(0, indices); // [n, d]
        Tensor number = Tensor.of(new double[] {ids.length}, 1).to(master).to(backbone.device());
        return rows.to(master).sum(0, false).dividedBy(number); // [d]
    }

    /** The words and labels that a start may be taken from. */
    public Words words() {
        return words;
    }

    /**
     * Lets deltas see what the base computes for a text of its own, without special tokens.
     *
     * @param text repeated or cut to the length
     * @param length in tokens
     * @throws IllegalArgumentException where the text is empty, or the base's words are not known
     */
    public void observe(String text, int length, List<? extends Delta> observers) {
        if (blank) {
            return;
        }
        long[] ids = words.idsOf(text);
        int[] tokens = IntStream.range(0, length)
                .map(i -> Math.toIntExact(ids[i % ids.length]))
                .toArray();
        try (Scope scope = Scope.open();
                Gradients off = Gradients.off()) {
            Batch batch = Batch.of(List.of(tokens), List.of(new int[length]), 0, backbone.device());
            backbone.forward(batch, new Deltas(observers), Mode.EVALUATION);
        }
    }

    /** The random numbers of one name, for choices that are not values. */
    public RandomSource random(String name) {
        return random.at(name);
    }

    private Parameter make(String name, boolean decays, Function<RandomSource, Tensor> values) {
        DType master = backbone.dtype().master();
        try (Scope scope = Scope.open()) {
            return Parameter.of(name, values.apply(random.at(name)).to(master).to(backbone.device()), decays);
        }
    }
}
