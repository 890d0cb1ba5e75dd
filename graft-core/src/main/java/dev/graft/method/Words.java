package dev.graft.method;

import dev.graft.text.Template;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What first values may be taken from beside random numbers: the words of a text, the labels of the task, and the word that
 * stands for each label (a verbaliser: Schick and Schuetze 2021, arXiv 2001.07676).
 *
 * @param ids the ids of a text's tokens in the base's vocabulary, without special tokens
 * @param labels the labels of the task; empty where it has none
 * @param wordOf the word for a label, where it is not the label itself
 */
public record Words(Function<String, List<Integer>> ids, List<String> labels, Map<String, String> wordOf) {
    /** Neither a tokenizer nor labels. */
    public static final Words UNKNOWN = new Words(
            text -> {
                throw new IllegalArgumentException(
                        "a start from words needs the base's tokenizer, and none was given: '%s'".formatted(text));
            },
            List.of());

    public Words {
        labels = List.copyOf(labels);
        wordOf = Map.copyOf(wordOf);
        for (String label : wordOf.keySet()) {
            if (!labels.contains(label)) {
                throw new IllegalArgumentException(
                        "there is a word for '%s', which is no label; the labels are %s".formatted(label, labels));
            }
        }
    }

    /** Labels that are words themselves. */
    public Words(Function<String, List<Integer>> ids, List<String> labels) {
        this(ids, labels, Map.of());
    }

    /**
     * The id of the word that stands for each label, as it is written in the place of a template's mask: behind a space, which
     * byte-level vocabularies have in their words, where the mask is.
     *
     * @param template null for words by themselves
     * @throws IllegalArgumentException without labels, for a word of several tokens, or one that stands for two labels
     */
    public List<Integer> verbalizer(@Nullable String template) {
        if (labels.isEmpty()) {
            throw new IllegalArgumentException("words for labels need a task with labels; this one has none");
        }
        String space = template != null && Template.parse(template).hasSpaceBeforeMask() ? " " : "";
        List<Integer> verbalizer = new ArrayList<>();
        Set<Integer> seen = new HashSet<>();
        for (String label : labels) {
            String word = wordOf.getOrDefault(label, label);
            List<Integer> tokens = ids.apply(space + word.strip());
            if (tokens.size() != 1) {
                throw new IllegalArgumentException(
                        "the word for a label must be one token of the base: '%s' for '%s' is %d; name another word"
                                .formatted(word, label, tokens.size()));
            }
            if (!seen.add(tokens.getFirst())) {
                throw new IllegalArgumentException(
                        "the word for a label must not be another's: '%s' for '%s'".formatted(word, label));
            }
            verbalizer.add(tokens.getFirst());
        }
        return List.copyOf(verbalizer);
    }

    /**
     * The ids of a text's tokens.
     *
     * @throws IllegalArgumentException for a text without any, or without a tokenizer
     */
    public long[] idsOf(String text) {
        List<Integer> tokens = ids.apply(text);
        if (tokens.isEmpty()) {
            throw new IllegalArgumentException("no words to start from in '%s'".formatted(text));
        }
        return tokens.stream().mapToLong(Integer::longValue).toArray();
    }
}
