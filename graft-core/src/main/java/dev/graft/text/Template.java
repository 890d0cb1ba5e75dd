package dev.graft.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How a text is written for a base before it is read, such as {@code The capital of {text} is [MASK] .}
 *
 * <ul>
 *   <li>{@code {text}} and {@code {pair}} are the text and its second one, which stand there once, or not at all;
 *   <li>{@code [P]} is a pseudo token, whose embedding a method puts in (Liu et al. 2021, arXiv 2103.10385); the first of them
 *       is number 1;
 *   <li>{@code [MASK]} is the base's mask token, at most once;
 *   <li>everything else is words: the anchors.
 * </ul>
 *
 * Each part is split into tokens by itself, and the special tokens of a single text go around the whole. All is of type 0. A text
 * that is too long is cut; the template is not. Immutable.
 */
public final class Template {
    /** What stands for the text. */
    public static final String TEXT = "{text}";

    private static final String PAIR = "{pair}";
    private static final String PSEUDO = "[P]";
    private static final String MASK = "[MASK]";
    private static final Pattern PLACE = Pattern.compile("\\{[^}]*}|\\[P]|\\[MASK]");

    private final List<String> parts = new ArrayList<>();

    private Template(String template) {
        Matcher matcher = PLACE.matcher(template);
        int end = 0;
        while (matcher.find()) {
            addWords(template.substring(end, matcher.start()));
            parts.add(matcher.group());
            end = matcher.end();
        }
        addWords(template.substring(end));
    }

    private void addWords(String words) {
        if (!words.isBlank()) {
            parts.add(words.strip());
        }
    }

    /**
     * Reads a template.
     *
     * @throws IllegalArgumentException without {@code {text}}, with a place that is none, or with one twice that may stand once
     */
    public static Template parse(String template) {
        Template parsed = new Template(template);
        for (String part : parsed.parts) {
            if (part.startsWith("{") && part.endsWith("}") && !part.equals(TEXT) && !part.equals(PAIR)) {
                throw new IllegalArgumentException(
                        "a template has the places {text}, {pair}, [P] and [MASK]: %s in '%s'"
                                .formatted(part, template));
            }
        }
        if (parsed.count(TEXT) != 1 || parsed.count(PAIR) > 1 || parsed.count(MASK) > 1) {
            throw new IllegalArgumentException(
                    "a template has {text} once, {pair} and [MASK] at most once: '%s'".formatted(template));
        }
        return parsed;
    }

    private int count(String place) {
        return (int) parts.stream().filter(place::equals).count();
    }

    /** The number of pseudo tokens. */
    public int pseudoTokens() {
        return count(PSEUDO);
    }

    /** Whether it asks for a word in the place of a mask. */
    public boolean hasMask() {
        return count(MASK) == 1;
    }

    /**
     * Writes a text, or a pair of texts.
     *
     * @param maxLength the most tokens, all of the template's among them; of a pair the longer text is cut first
     * @throws TextException where the template leaves no room, or a pair and no {@code {pair}} meet
     */
    public Encoding render(String text, @Nullable String pair, Tokenizer tokenizer, int maxLength) {
        if ((pair != null) != (count(PAIR) == 1)) {
            throw new TextException(
                    "a template with {pair} needs rows of two texts, one without it rows of one: '%s'".formatted(text));
        }
        List<Integer> first = tokenizer.idsOf(text);
        List<Integer> second = pair == null ? List.of() : tokenizer.idsOf(pair);
        int[] frame = tokenizer.encode("", null, maxLength).ids(); // [CLS] [SEP]
        List<List<Integer>> words = parts.stream()
                .map(part -> PLACE.matcher(part).matches() ? List.<Integer>of() : tokenizer.idsOf(part))
                .toList();
        int room = maxLength
                - frame.length
                - pseudoTokens()
                - count(MASK)
                - words.stream().mapToInt(List::size).sum();
        if (room < 1) {
            throw new TextException("max length must be >= %d for the template and one token of text: %d"
                    .formatted(maxLength - room + 1, maxLength));
        }
        int keptOfFirst = Math.min(first.size(), Math.max(room - second.size(), (room + 1) / 2));
        int keptOfSecond = Math.min(second.size(), room - keptOfFirst);
        Rendering rendering = new Rendering(maxLength);
        rendering.add(frame[0], Encoding.TOKEN);
        int pseudo = 0;
        for (int i = 0; i < parts.size(); i++) {
            switch (parts.get(i)) {
                case TEXT -> rendering.addAll(first.subList(0, keptOfFirst));
                case PAIR -> rendering.addAll(second.subList(0, keptOfSecond));
                case PSEUDO -> rendering.add(tokenizer.padId(), ++pseudo);
                case MASK -> rendering.add(tokenizer.maskId(), Encoding.ANSWER);
                default -> rendering.addAll(words.get(i));
            }
        }
        for (int i = 1; i < frame.length; i++) {
            rendering.add(frame[i], Encoding.TOKEN);
        }
        return rendering.encoding();
    }

    /** Ids and marks as they grow. */
    private static final class Rendering {
        private final int[] ids;
        private final int[] marks;
        private int length;

        Rendering(int capacity) {
            ids = new int[capacity];
            marks = new int[capacity];
        }

        void add(int id, int mark) {
            ids[length] = id;
            marks[length++] = mark;
        }

        void addAll(List<Integer> words) {
            words.forEach(id -> add(id, Encoding.TOKEN));
        }

        Encoding encoding() {
            return new Encoding(Arrays.copyOf(ids, length), new int[length], Arrays.copyOf(marks, length));
        }
    }
}
