package dev.graft.task;

import java.util.List;
import java.util.Map;

/**
 * What a task says of one text.
 *
 * @param label the label; for multi-label those above one half joined by {@code |}; for regression the number
 * @param scores a probability for each label, in the task's order; for regression the number under {@code value}
 */
public record Prediction(String label, Map<String, Double> scores) {
    /** Whether it names this label, alone or among others. */
    boolean names(String one) {
        return label.equals(one) || List.of(label.split("\\|")).contains(one);
    }
}
