package dev.graft.task;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/**
 * Any number of labels for each text, each true or not by itself. A row's labels are written as {@code a|b}, {@code a;b}
 * or as a JSON array; {@code []} is none of them.
 *
 * @param labels the labels, distinct, at least one
 */
public record MultiLabel(List<String> labels) implements Task {
    static final String NAME = "multi-label";

    private static final ObjectMapper JSON = new ObjectMapper();

    public MultiLabel {
        labels = Labels.checked(labels, 1);
    }

    /** The labels that occur in the rows' sets: ordered by value if all are numbers, else alphabetically. */
    public static MultiLabel of(Collection<String> sets) {
        List<String> parts = new ArrayList<>();
        sets.forEach(set -> parts.addAll(parts(set, "label")));
        return new MultiLabel(Numeric.ordered(parts));
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public int outputs() {
        return labels.size();
    }

    /**
     * Which labels hold, in the order of {@link #labels}.
     *
     * @param set a row's labels
     * @param where their place for the error message, like {@code dev.csv, line 12}
     * @throws LabelException if one of them is unknown, naming the nearest known one
     */
    public boolean[] flags(String set, String where) {
        boolean[] flags = new boolean[labels.size()];
        for (String label : parts(set, where)) {
            flags[Labels.index(labels, label, where)] = true;
        }
        return flags;
    }

    /** Whether a label is written as a set of labels. */
    static boolean isSet(String label) {
        return isArray(label) || label.indexOf('|') >= 0 || label.indexOf(';') >= 0;
    }

    private static boolean isArray(String label) {
        return label.startsWith("[") && label.endsWith("]");
    }

    private static List<String> parts(String set, String where) {
        try {
            String[] parts = isArray(set) ? JSON.readValue(set, String[].class) : set.split("[|;]");
            if (Arrays.asList(parts).contains(null)) {
                throw new LabelException(where + ": " + set + " has a null where a label should be");
            }
            return Arrays.stream(parts)
                    .map(String::strip)
                    .filter(part -> !part.isEmpty())
                    .toList();
        } catch (JsonProcessingException e) {
            throw new LabelException(where + ": " + set + " is not a JSON array of labels: " + e.getOriginalMessage());
        }
    }
}
