package dev.graft.task;

import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Checks on lists of labels, and what to say about a label that is not in one. */
final class Labels {
    private static final int MOST_SHOWN = 10;

    private Labels() {}

    static List<String> checked(List<String> labels, int atLeast) {
        Set<String> seen = new HashSet<>();
        for (String label : labels) {
            if (label.isBlank()) {
                throw new LabelException("a label must not be blank: " + labels);
            }
            if (!seen.add(label)) {
                throw new LabelException("a label must be listed once: " + label);
            }
        }
        if (labels.size() < atLeast) {
            throw new LabelException("needs at least %d labels: %s".formatted(atLeast, labels));
        }
        return List.copyOf(labels);
    }

    static int index(List<String> labels, String label, String where) {
        int index = labels.indexOf(label);
        if (index < 0) {
            String nearest = labels.stream()
                    .min(Comparator.comparingInt(known -> distance(known, label)))
                    .orElseThrow();
            throw new LabelException(
                    "%s: label \"%s\" is not among the %d known labels; the nearest is \"%s\" (known: %s)"
                            .formatted(where, label, labels.size(), nearest, shown(labels)));
        }
        return index;
    }

    private static String shown(List<String> labels) {
        return String.join(", ", labels.subList(0, Math.min(MOST_SHOWN, labels.size())))
                + (labels.size() > MOST_SHOWN ? ", ..." : "");
    }

    /** Levenshtein's distance: insertions, deletions and replacements, upper and lower case alike. */
    static int distance(String from, String to) {
        int[] row = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                char a = Character.toLowerCase(from.charAt(i - 1));
                char b = Character.toLowerCase(to.charAt(j - 1));
                int replaced = diagonal + (a == b ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[to.length()];
    }
}
