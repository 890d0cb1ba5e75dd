package dev.graft.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
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
 * Each part is split into tokens by itself, with a space before it where the template has one, which byte-level tokenizers
 * (RoBERTa's) take for a part of the word; the special tokens of a single text go around the whole. All is of type 0. A text that is
 * too long is cut; the template is not. Immutable.
 */
public final class Template {
    /** What stands for the text. */
    public static final String TEXT = "{text}";

    private static final String PAIR = "{pair}";
    private static final String PSEUDO = "[P]";
    private static final String MASK = "[MASK]";
    private static final Pattern PLACE = Pattern.compile("\\{[^}]*}|\\[P]|\\[MASK]");

    /**
     * A place or some words.
     *
     * @param content stripped
     * @param spaced whether a space is before it
     */
    private record Part(String content, boolean spaced) {
        /** The ids of what is written in its place. */
        List<Integer> ids(String written, Tokenizer tokenizer) {
            String bare = written.stripLeading();
            return tokenizer.idsOf(spaced && !bare.isEmpty() ? " " + bare : written);
        }
    }

    private final List<Part> parts = new ArrayList<>();

    private Template(String template) {
        Matcher matcher = PLACE.matcher(template);
        int end = 0;
        while (matcher.find()) {
            add(template, end, matcher.start());
            add(template, matcher.start(), matcher.end());
            end = matcher.end();
        }
        add(template, end, template.length());
    }

    private void add(String template, int from, int to) {
        String raw = template.substring(from, to);
        if (!raw.isBlank()) {
            int start = from + raw.length() - raw.stripLeading().length();
            parts.add(new Part(raw.strip(), start > 0 && Character.isWhitespace(template.charAt(start - 1))));
        }
    }

    /**
     * Reads a template.
     *
     * @throws IllegalArgumentException without {@code {text}}, with a place that is none, or with one twice that may stand once
     */
    public static Template parse(String template) {
        Template parsed = new Template(template);
        for (Part part : parsed.parts) {
            String content = part.content();
            if (content.startsWith("{") && content.endsWith("}") && !content.equals(TEXT) && !content.equals(PAIR)) {
                throw new IllegalArgumentException(
                        "a template has the places {text}, {pair}, [P] and [MASK]: %s in '%s'"
                                .formatted(content, template));
            }
        }
        if (parsed.count(TEXT) != 1 || parsed.count(PAIR) > 1 || parsed.count(MASK) > 1) {
            throw new IllegalArgumentException(
                    "a template has {text} once, {pair} and [MASK] at most once: '%s'".formatted(template));
        }
        return parsed;
    }

    private int count(String place) {
        return (int) parts.stream().filter(part -> part.content().equals(place)).count();
    }

    /** The number of pseudo tokens. */
    public int pseudoTokens() {
        return count(PSEUDO);
    }

    /** Whether it asks for a word in the place of a mask. */
    public boolean hasMask() {
        return count(MASK) == 1;
    }

    /** Whether a space is before the mask. */
    public boolean hasSpaceBeforeMask() {
        return parts.stream().anyMatch(part -> part.content().equals(MASK) && part.spaced());
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
        int[] frame = tokenizer.encode("", null, maxLength).ids(); // [CLS] [SEP]
        List<List<Integer>> ids = new ArrayList<>();
        int first = 0;
        int second = 0;
        int fixed = frame.length;
        for (Part part : parts) {
            List<Integer> written = switch (part.content()) {
                case TEXT -> part.ids(text, tokenizer);
                case PAIR -> part.ids(Objects.requireNonNull(pair), tokenizer);
                case PSEUDO -> List.of(tokenizer.padId());
                case MASK -> List.of(tokenizer.maskId());
                default -> part.ids(part.content(), tokenizer);
            };
            ids.add(written);
            switch (part.content()) {
                case TEXT -> first = written.size();
                case PAIR -> second = written.size();
                default -> fixed += written.size();
            }
        }
        int room = maxLength - fixed;
        if (room < 1) {
            throw new TextException("max length must be >= %d for the template and one token of text: %d"
                    .formatted(maxLength - room + 1, maxLength));
        }
        int keptOfFirst = Math.min(first, Math.max(room - second, (room + 1) / 2));
        int keptOfSecond = Math.min(second, room - keptOfFirst);
        Rendering rendering = new Rendering(maxLength);
        rendering.add(frame[0], Encoding.TOKEN);
        int pseudo = 0;
        for (int i = 0; i < parts.size(); i++) {
            List<Integer> written = ids.get(i);
            switch (parts.get(i).content()) {
                case TEXT -> rendering.addAll(written.subList(0, keptOfFirst), Encoding.TOKEN);
                case PAIR -> rendering.addAll(written.subList(0, keptOfSecond), Encoding.TOKEN);
                case PSEUDO -> rendering.addAll(written, ++pseudo);
                case MASK -> rendering.addAll(written, Encoding.ANSWER);
                default -> rendering.addAll(written, Encoding.TOKEN);
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

        void addAll(List<Integer> written, int mark) {
            written.forEach(id -> add(id, mark));
        }

        Encoding encoding() {
            return new Encoding(Arrays.copyOf(ids, length), new int[length], Arrays.copyOf(marks, length));
        }
    }
}
