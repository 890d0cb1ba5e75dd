package dev.graft.data;

import java.util.List;
import java.util.Locale;

/** The column names that data sets commonly use, the likeliest first, in lower case. */
final class KnownNames {
    /** Two columns that make a pair wherever both are present; the names are those of GLUE and of the sets around it. */
    static final List<List<String>> PAIRS = List.of(
            List.of("text", "pair"),
            List.of("text", "text2"),
            List.of("text1", "text2"),
            List.of("text_a", "text_b"),
            List.of("sentence1", "sentence2"),
            List.of("question1", "question2"),
            List.of("premise", "hypothesis"),
            List.of("question", "sentence"),
            List.of("question", "answer"),
            List.of("question", "passage"),
            List.of("question", "context"),
            List.of("query", "passage"),
            List.of("query", "document"),
            List.of("#1 string", "#2 string"));

    static final List<String> TEXTS = List.of(
            "text",
            "sentence",
            "sentence1",
            "text1",
            "text_a",
            "question",
            "question1",
            "premise",
            "review",
            "body",
            "message",
            "content",
            "utterance",
            "query",
            "comment",
            "tweet",
            "document",
            "description");

    static final List<String> LABELS = List.of(
            "label",
            "labels",
            "gold_label",
            "category",
            "categories",
            "class",
            "intent",
            "target",
            "score",
            "sentiment",
            "topic",
            "emotion",
            "rating",
            "stars",
            "quality",
            "y");

    /** Columns that number the rows: never a text or a label unless the user says so. */
    static final List<String> IDS = List.of("id", "idx", "index", "guid", "uuid", "#1 id", "#2 id", "");

    private KnownNames() {}

    static boolean isKnown(String name) {
        String wanted = normal(name);
        return TEXTS.contains(wanted)
                || LABELS.contains(wanted)
                || PAIRS.stream().anyMatch(pair -> pair.contains(wanted));
    }

    static boolean isId(String name) {
        return IDS.contains(normal(name));
    }

    static String normal(String name) {
        return name.strip().toLowerCase(Locale.ROOT);
    }
}
