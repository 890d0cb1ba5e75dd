package dev.graft.method;

import java.util.List;
import java.util.function.Function;

/**
 * What first values may be taken from beside random numbers: the words of a text, and the labels of the task.
 *
 * @param ids the ids of a text's tokens in the base's vocabulary, without special tokens
 * @param labels the labels of the task; empty where it has none
 */
public record Words(Function<String, List<Integer>> ids, List<String> labels) {
    /** Neither a tokenizer nor labels. */
    public static final Words UNKNOWN = new Words(
            text -> {
                throw new IllegalArgumentException(
                        "a start from words needs the base's tokenizer, and none was given: '%s'".formatted(text));
            },
            List.of());

    public Words {
        labels = List.copyOf(labels);
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
