package dev.graft.method;

import dev.graft.model.Architecture;
import dev.graft.model.Delta;
import dev.graft.model.Embedded;
import dev.graft.model.EmbeddingDelta;
import dev.graft.model.Pass;
import dev.graft.model.Site;
import dev.graft.model.Site.Embedding.Stage;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Tensor;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Prompt tuning, Lester et al. 2021 (arXiv 2104.08691): {@code E} trained rows among the embeddings of the text, and nothing
 * else.
 *
 * <pre>
 *   [e_CLS; P_e; e_1 .. e_n]
 * </pre>
 *
 * The rows start from the embeddings of words drawn without replacement from the 5,000 first of the vocabulary that are
 * words. They take up positions. Trains {@code Ed} scalars, where d is the width of the embeddings. Tensor: {@code
 * embedding.<stage>.prompt}, [E, d].
 *
 * @param length E
 * @param place before the first token of the text or behind it
 * @param stage where in the embedding block the rows join: {@code input} as in the paper and in PEFT, {@code output}
 *     behind positions and norm as in AdapterHub
 */
public record Prompt(int length, Place place, Stage stage) implements Method {
    public static final Prompt DEFAULT = new Prompt(20, Place.AFTER_CLS, Stage.INPUT);

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

    public Prompt {
        if (length < 1 || length > COMMON_WORDS) {
            throw new IllegalArgumentException("length must be in 1 to %d: %d".formatted(COMMON_WORDS, length));
        }
        if (stage == Stage.TABLE) {
            throw new IllegalArgumentException("stage must be input or output: table");
        }
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
    public List<Delta> deltas(Architecture base, Initializer start) {
        Site.Embedding site = new Site.Embedding(stage);
        String name = site.path() + ".prompt";
        long[] words = sample(base.vocabulary(), start.random(name).numbers());
        return List.of(new Rows(site, start.words(name, words), place == Place.AFTER_CLS ? 1 : 0));
    }

    private long[] sample(int vocabulary, SplittableRandom random) {
        int first = vocabulary >= FIRST_WORD + COMMON_WORDS ? FIRST_WORD : 0;
        int end = Math.min(vocabulary, first + COMMON_WORDS);
        if (length > end - first) {
            throw new IllegalArgumentException(
                    "a prompt of %d rows needs as many words; the vocabulary has %d".formatted(length, end - first));
        }
        return random.longs(first, end).distinct().limit(length).toArray();
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

    private record Rows(Site.Embedding site, Parameter prompt, int at) implements EmbeddingDelta {
        @Override
        public Embedded apply(Embedded embedded, Pass pass) {
            long batch = embedded.states().size(0);
            Tensor rows = prompt.in(pass.dtype()); // [E, d]
            return embedded.insert(at, rows.unsqueeze(0).expand(batch, rows.size(0), rows.size(1)));
        }

        @Override
        public List<Parameter> parameters() {
            return List.of(prompt);
        }
    }
}
