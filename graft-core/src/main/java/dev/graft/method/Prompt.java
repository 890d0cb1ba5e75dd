package dev.graft.method;

import dev.graft.model.Architecture;
import dev.graft.model.Delta;
import dev.graft.model.Site;
import dev.graft.model.Site.Embedding.Stage;
import dev.graft.tensor.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Prompt tuning, Lester et al. 2021 (arXiv 2104.08691): {@code E} trained rows among the embeddings of the text, and nothing
 * else.
 *
 * <pre>
 *   [e_CLS; P_e; e_1 .. e_n]
 * </pre>
 *
 * The rows take up positions. Trains {@code Ed} scalars, where d is the width of the embeddings. Tensor: {@code
 * embedding.<stage>.prompt}, [E, d].
 *
 * @param length E
 * @param place before the first token of the text or behind it
 * @param stage where in the embedding block the rows join: {@code input} as in the paper and in PEFT, {@code output}
 *     behind positions and norm as in AdapterHub
 * @param start what the rows start from
 * @param text the text of {@code start=text}; null with any other
 */
public record Prompt(
        int length,
        Place place,
        Stage stage,
        Start start,
        @Nullable String text) implements Method {
    public static final Prompt DEFAULT = new Prompt(20, Place.AFTER_CLS, Stage.INPUT);

    /** The rows of {@link Start#RANDOM} are uniform below it. */
    private static final double BOUND = 0.5;

    private static final int COMMON_WORDS = 5000;

    /**
     * BERT's vocabulary is sorted by frequency, but 1,996 special tokens, unused ones and single characters stand before its
     * first word; drawing from the ids below 5,000, as the paper does, would draw those too.
     * RoBERTa's and ALBERT's have ordinary words from there on as well.
     */
    private static final int FIRST_WORD = 1996;

    /** Where the rows stand. */
    public enum Place {
        /** Behind [CLS], which keeps position 0. */
        AFTER_CLS,
        /** Before everything. */
        BEFORE_CLS
    }

    /** What the rows start from. */
    public enum Start {
        /** U(-0.5, 0.5). */
        RANDOM,
        /** Words drawn without replacement from the 5,000 first of the vocabulary that are words. */
        VOCABULARY,
        /** One row for each label of the task, the mean of its tokens behind a space; the rest as {@link #VOCABULARY}. */
        LABELS,
        /** The tokens of a text, repeated or cut off to the length. */
        TEXT
    }

    public Prompt {
        if (length < 1 || length > COMMON_WORDS) {
            throw new IllegalArgumentException("length must be in 1 to %d: %d".formatted(COMMON_WORDS, length));
        }
        if (stage == Stage.TABLE) {
            throw new IllegalArgumentException("stage must be input or output: table");
        }
        if (start == Start.TEXT && (text == null || text.isBlank())) {
            throw new IllegalArgumentException("start=text needs a text");
        }
        if (start != Start.TEXT && text != null) {
            throw new IllegalArgumentException(
                    "text means nothing without start=text: '%s' with start=%s".formatted(text, start));
        }
    }

    /** A prompt that starts from words of the vocabulary. */
    public Prompt(int length, Place place, Stage stage) {
        this(length, place, stage, Start.VOCABULARY, null);
    }

    @Override
    public String name() {
        return "prompt";
    }

    @Override
    public Axes axes() {
        return new Axes("embeddings", "rows among the words", "–", "as more positions", "elsewhere");
    }

    @Override
    public List<Delta> deltas(Architecture base, Initializer initializer) {
        Site.Embedding site = new Site.Embedding(stage);
        Parameter rows = rows(site.path() + ".prompt", base, initializer);
        return List.of(new InsertedRows(site, new PromptEncoder.Direct(rows), place == Place.AFTER_CLS ? 1 : 0));
    }

    private Parameter rows(String name, Architecture base, Initializer initializer) {
        if (start == Start.RANDOM) {
            return initializer.uniform(name, false, BOUND, length, base.embedding());
        }
        SplittableRandom random = initializer.random(name).numbers();
        return initializer.words(name, length, () -> switch (start) {
            case LABELS -> labels(initializer.words(), base.vocabulary(), random);
            case TEXT -> repeated(initializer.words().idsOf(String.valueOf(text)));
            default -> drawn(length, base.vocabulary(), random);
        });
    }

    private List<long[]> labels(Words words, int vocabulary, SplittableRandom random) {
        int labels = words.labels().size();
        if (labels == 0) {
            throw new IllegalArgumentException("start=labels needs a task with labels; this one has none");
        }
        if (labels > length) {
            throw new IllegalArgumentException(
                    "a prompt that starts from labels needs a row for each: length must be >= %d: %d"
                            .formatted(labels, length));
        }
        List<long[]> ids = new ArrayList<>(
                words.labels().stream().map(label -> words.idsOf(" " + label)).toList());
        ids.addAll(drawn(length - labels, vocabulary, random));
        return ids;
    }

    private List<long[]> repeated(long[] tokens) {
        List<long[]> ids = new ArrayList<>();
        for (int i = 0; i < length; i++) {
            ids.add(new long[] {tokens[i % tokens.length]});
        }
        return ids;
    }

    private static List<long[]> drawn(int count, int vocabulary, SplittableRandom random) {
        int first = vocabulary >= FIRST_WORD + COMMON_WORDS ? FIRST_WORD : 0;
        int end = Math.min(vocabulary, first + COMMON_WORDS);
        if (count > end - first) {
            throw new IllegalArgumentException(
                    "a prompt of %d rows needs as many words; the vocabulary has %d".formatted(count, end - first));
        }
        return Arrays.stream(random.longs(first, end).distinct().limit(count).toArray())
                .mapToObj(id -> new long[] {id})
                .toList();
    }

    @Override
    public long parameters(Architecture base) {
        return (long) length * base.embedding();
    }

    @Override
    public int takenPositions() {
        return length;
    }

    @Override
    public double learningRate(Architecture base) {
        return 3e-2;
    }

    @Override
    public double headLearningRate(Architecture base) {
        return 1e-3;
    }
}
