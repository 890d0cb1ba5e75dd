package dev.graft.task;

import java.util.Collection;
import java.util.List;

/**
 * One of several classes for each text.
 *
 * @param labels the classes, distinct, at least two
 */
public record Classification(List<String> labels) implements Task {
    static final String NAME = "classification";

    public Classification {
        labels = Labels.checked(labels, 1);
        if (labels.size() == 1) {
            throw new LabelException("there is only one class, \"" + labels.getFirst()
                    + "\"; classification needs rows of at least two");
        }
    }

    /** The classes that occur: ordered by value if all are numbers, else alphabetically. */
    public static Classification of(Collection<String> labels) {
        return new Classification(Numeric.ordered(labels));
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
     * The number of a label's class, from 0.
     *
     * @param where the label's place for the error message, like {@code dev.csv, line 12}
     * @throws LabelException if no class has that label, naming the nearest one
     */
    public int index(String label, String where) {
        return Labels.index(labels, label, where);
    }
}
