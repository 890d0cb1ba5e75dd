package dev.graft.task;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One answer from several, as an ensemble of prompts gives it (Lester et al. 2021, arXiv 2104.08691, section 6). The scores
 * are the means of the voters'.
 */
public final class Vote {
    private Vote() {}

    /**
     * What most say of one text: of a classification the label with the most votes, among equals the one of the highest mean
     * score; of several labels each that more than half name; of a regression, where there is no majority, the mean.
     *
     * @param answers one or more, all of this task
     */
    public static Prediction of(Task task, List<Prediction> answers) {
        Map<String, Double> scores = new LinkedHashMap<>();
        for (Prediction answer : answers) {
            answer.scores().forEach((label, score) -> scores.merge(label, score / answers.size(), Double::sum));
        }
        return switch (task) {
            case Classification t -> new Prediction(majority(t.labels(), answers, scores), scores);
            case MultiLabel t -> {
                List<String> labels = new ArrayList<>(t.labels());
                labels.removeIf(label -> 2 * votes(label, answers) <= answers.size());
                yield new Prediction(String.join("|", labels), scores);
            }
            case Regression t -> new Prediction(Double.toString(scores.getOrDefault("value", Double.NaN)), scores);
        };
    }

    private static String majority(List<String> labels, List<Prediction> answers, Map<String, Double> scores) {
        return labels.stream()
                .max(Comparator.<String>comparingLong(label -> votes(label, answers))
                        .thenComparingDouble(label -> scores.getOrDefault(label, 0.0)))
                .orElseThrow();
    }

    private static long votes(String label, List<Prediction> answers) {
        return answers.stream().filter(answer -> answer.names(label)).count();
    }
}
