package dev.graft.task;

import java.math.BigDecimal;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What is to be learned from a text, and the labels it has. Immutable. */
public sealed interface Task permits Classification, MultiLabel, Regression {
    /** More distinct numbers than this are taken for measurements, fewer whole ones for classes. */
    int MOST_NUMERIC_CLASSES = 20;

    /** The task's name on the command line and in files: {@code classification}, {@code multi-label}, {@code regression}. */
    String name();

    /** The labels in the order of the head's outputs; empty for regression. */
    List<String> labels();

    /** How many numbers the head gives for a text. */
    int outputs();

    /**
     * Tells the task from the labels of the training rows:
     *
     * <ol>
     *   <li>some label is a JSON array, or holds {@code |} or {@code ;}: multi-label;
     *   <li>all labels are numbers, and one has a fraction: regression;
     *   <li>all are whole numbers, more than {@value #MOST_NUMERIC_CLASSES} distinct ones, and not just all of 0, 1, ...
     *       n-1 (the numbers of classes): regression;
     *   <li>else: classification.
     * </ol>
     *
     * @param labels one label per row
     * @throws LabelException if the labels do not make such a task
     */
    static Task guess(Collection<String> labels) {
        if (labels.stream().anyMatch(MultiLabel::isSet)) {
            return MultiLabel.of(labels);
        }
        return isMeasured(new TreeSet<>(labels)) ? new Regression() : Classification.of(labels);
    }

    /**
     * The task of that name, with the labels that occur.
     *
     * @param name as {@link #name} gives it
     * @param labels one label per row
     * @throws LabelException if there is no such task, or the labels do not make one
     */
    static Task named(String name, Collection<String> labels) {
        return switch (name) {
            case Classification.NAME -> Classification.of(labels);
            case MultiLabel.NAME -> MultiLabel.of(labels);
            case Regression.NAME -> new Regression();
            default -> throw unknown(name);
        };
    }

    /**
     * The task of that name, with the labels in the order of its outputs.
     *
     * @param name as {@link #name} gives it
     * @throws LabelException if there is no such task, or it cannot have these labels
     */
    static Task of(String name, List<String> labels) {
        return switch (name) {
            case Classification.NAME -> new Classification(labels);
            case MultiLabel.NAME -> new MultiLabel(labels);
            case Regression.NAME -> {
                if (!labels.isEmpty()) {
                    throw new LabelException("a regression has no labels: " + labels);
                }
                yield new Regression();
            }
            default -> throw unknown(name);
        };
    }

    private static LabelException unknown(String name) {
        return new LabelException("unknown task \"%s\", expected %s, %s or %s"
                .formatted(name, Classification.NAME, MultiLabel.NAME, Regression.NAME));
    }

    private static boolean isMeasured(Set<String> distinct) {
        if (distinct.isEmpty() || !distinct.stream().allMatch(Numeric::isNumber)) {
            return false;
        }
        TreeSet<BigDecimal> values = new TreeSet<>();
        distinct.forEach(label -> values.add(new BigDecimal(label)));
        boolean whole =
                values.stream().allMatch(value -> value.stripTrailingZeros().scale() <= 0);
        boolean numbered = whole
                && values.getFirst().signum() == 0
                && values.getLast().compareTo(BigDecimal.valueOf(values.size() - 1L)) == 0;
        return !whole || (values.size() > MOST_NUMERIC_CLASSES && !numbered);
    }
}
