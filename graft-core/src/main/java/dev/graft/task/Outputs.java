package dev.graft.task;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;

/** From the numbers that a head gives for one text to what they say. */
public final class Outputs {
    private Outputs() {}

    /** What the task says of a text with these outputs. */
    public static Prediction predict(Task task, double[] outputs) {
        return switch (task) {
            case Classification t -> {
                double[] shares = softmax(outputs);
                yield new Prediction(t.labels().get(largest(outputs)), scores(t.labels(), i -> shares[i]));
            }
            case MultiLabel t -> {
                boolean[] positive = positive(outputs);
                List<String> labels = t.labels().stream()
                        .filter(label -> positive[t.labels().indexOf(label)])
                        .toList();
                yield new Prediction(
                        String.join("|", labels), scores(t.labels(), i -> 1 / (1 + Math.exp(-outputs[i]))));
            }
            case Regression t -> new Prediction(Double.toString(outputs[0]), Map.of("value", outputs[0]));
        };
    }

    /** The confusion matrix of a classification. */
    public static ConfusionMatrix confusion(Targets targets, double[][] outputs) {
        if (targets instanceof ClassTargets classes) {
            return classes.confusion(outputs);
        }
        throw new IllegalArgumentException("only a classification has a confusion matrix");
    }

    static int largest(double[] outputs) {
        int largest = 0;
        for (int i = 1; i < outputs.length; i++) {
            if (outputs[i] > outputs[largest]) {
                largest = i;
            }
        }
        return largest;
    }

    static boolean[] positive(double[] outputs) {
        boolean[] positive = new boolean[outputs.length];
        for (int i = 0; i < outputs.length; i++) {
            positive[i] = outputs[i] > 0;
        }
        return positive;
    }

    private static double[] softmax(double[] outputs) {
        double max = outputs[largest(outputs)];
        double sum = 0;
        double[] shares = new double[outputs.length];
        for (int i = 0; i < outputs.length; i++) {
            shares[i] = Math.exp(outputs[i] - max);
            sum += shares[i];
        }
        for (int i = 0; i < outputs.length; i++) {
            shares[i] /= sum;
        }
        return shares;
    }

    private static Map<String, Double> scores(List<String> labels, IntToDoubleFunction score) {
        Map<String, Double> scores = new LinkedHashMap<>();
        for (int i = 0; i < labels.size(); i++) {
            scores.put(labels.get(i), score.applyAsDouble(i));
        }
        return scores;
    }
}
