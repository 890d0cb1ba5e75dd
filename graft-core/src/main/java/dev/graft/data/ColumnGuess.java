package dev.graft.data;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Decides what the columns of a file hold. What the user named stands; the rest is guessed:
 *
 * <ol>
 *   <li>the label by the known names;
 *   <li>text and pair by the known pairs, else the text alone by the known names;
 *   <li>a text or label still missing is the one column left over, where exactly one is (row numbers do not count);
 *   <li>of two columns with unknown names, the one with the longer values is the text and the other the label.
 * </ol>
 */
final class ColumnGuess {
    private final String source;
    private final List<String> names;
    private final List<List<String>> rows;
    private @Nullable String text;
    private @Nullable String pair;
    private @Nullable String label;

    private ColumnGuess(String source, List<String> names, List<List<String>> rows) {
        this.source = source;
        this.names = names;
        this.rows = rows;
    }

    /**
     * @param names the columns
     * @param rows the first rows of values, in the order of the names; may be empty
     */
    static Layout layout(String source, List<String> names, List<List<String>> rows, Columns request, boolean header) {
        ColumnGuess guess = new ColumnGuess(source, names, rows);
        guess.take(request);
        if (guess.label == null) {
            guess.label = guess.firstOf(KnownNames.LABELS);
        }
        if (guess.text == null) {
            guess.guessText(request.pair() == null);
        }
        String text = guess.text;
        if (text == null) {
            throw guess.noText();
        }
        List<String> rest = guess.rest();
        if (guess.label == null && rest.size() == 1) {
            guess.label = rest.getFirst();
        }
        return new Layout(names, text, guess.pair, guess.label, header);
    }

    /** The column that a user's name means: that very name, the name in other case, or a number from 1; null if none. */
    static @Nullable String find(List<String> names, String wanted) {
        if (names.contains(wanted)) {
            return wanted;
        }
        for (String name : names) {
            if (KnownNames.normal(name).equals(KnownNames.normal(wanted))) {
                return name;
            }
        }
        int number = wanted.matches("[1-9][0-9]{0,4}") ? Integer.parseInt(wanted) : 0;
        return number >= 1 && number <= names.size() ? names.get(number - 1) : null;
    }

    private void take(Columns request) {
        text = named("--text", request.text());
        pair = named("--pair", request.pair());
        label = named("--label", request.label());
    }

    private @Nullable String named(String option, @Nullable String wanted) {
        if (wanted == null) {
            return null;
        }
        String name = find(names, wanted);
        if (name == null) {
            throw new DataException(
                    "%s has no column \"%s\" (%s). Its columns: %s".formatted(source, wanted, option, listed()));
        }
        if (name.equals(text) || name.equals(pair)) {
            throw new DataException(
                    "%s: column \"%s\" is named twice, the second time by %s".formatted(source, name, option));
        }
        return name;
    }

    private void guessText(boolean withPair) {
        if (withPair) {
            for (List<String> known : KnownNames.PAIRS) {
                String first = firstOf(known.subList(0, 1));
                String second = firstOf(known.subList(1, 2));
                if (first != null && second != null) {
                    text = first;
                    pair = second;
                    return;
                }
            }
        }
        text = firstOf(KnownNames.TEXTS);
        List<String> rest = rest();
        if (text == null && rest.size() == 1) {
            text = rest.getFirst();
        } else if (text == null && rest.size() == 2 && label == null && pair == null) {
            text = rest.stream().max(Comparator.comparingLong(this::length)).orElseThrow();
        }
    }

    private @Nullable String firstOf(List<String> known) {
        List<String> free = names.stream().filter(this::isFree).toList();
        for (String wanted : known) {
            for (String name : free) {
                if (KnownNames.normal(name).equals(wanted)) {
                    return name;
                }
            }
        }
        return null;
    }

    private List<String> rest() {
        return names.stream()
                .filter(name -> isFree(name) && !KnownNames.isId(name))
                .toList();
    }

    private boolean isFree(String name) {
        return !name.equals(text) && !name.equals(pair) && !name.equals(label);
    }

    private long length(String name) {
        int column = names.indexOf(name);
        return rows.stream()
                .filter(row -> column < row.size())
                .mapToLong(row -> row.get(column).length())
                .sum();
    }

    private DataException noText() {
        return new DataException(source + ": cannot tell which column holds the text. Its columns: " + listed()
                + ". Name them with --text, --pair and --label (by name, or by number from 1)");
    }

    /** The columns, each with a value to recognise it by where the names are only numbers. */
    private String listed() {
        List<String> first = rows.isEmpty() ? List.of() : rows.getFirst();
        List<String> shown = new ArrayList<>();
        IntStream.range(0, names.size())
                .forEach(i -> shown.add(
                        names.get(i).equals(String.valueOf(i + 1)) && i < first.size()
                                ? names.get(i) + " (\"" + shortened(first.get(i)) + "\")"
                                : names.get(i)));
        return String.join(", ", shown);
    }

    private static String shortened(String value) {
        return value.length() <= 30 ? value : value.substring(0, value.offsetByCodePoints(0, 20)) + "...";
    }
}
