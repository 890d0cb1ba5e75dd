package dev.graft;

import dev.graft.adapter.AdapterCard;
import dev.graft.data.Row;
import dev.graft.data.Rows;
import dev.graft.data.Split;
import dev.graft.method.Houlsby;
import dev.graft.method.Method;
import dev.graft.method.Methods;
import dev.graft.task.Classification;
import dev.graft.task.Regression;
import dev.graft.task.Task;
import dev.graft.text.Template;
import dev.graft.train.TrainingSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What to train on what. Immutable; start from {@link #of(List)} and change what should differ.
 *
 * @param method which deltas
 * @param train the rows to learn from, all labelled
 * @param dev the rows that choose the best epoch, all labelled
 * @param task what the labels are
 * @param maxLength the longest text in tokens; longer ones are cut
 * @param settings how to train
 * @param words the word for each label where a template has a mask; labels without one are words themselves
 * @param start the directory of an adapter that is trained on; null to begin with the method's own start
 */
public record TrainingPlan(
        Method method,
        List<Row> train,
        List<Row> dev,
        Task task,
        int maxLength,
        TrainingSettings settings,
        Map<String, String> words,
        @Nullable Path start) {
    /** The default longest text: most tickets, reviews and questions are shorter, and attention grows with its square. */
    public static final int DEFAULT_MAX_LENGTH = 256;

    public TrainingPlan {
        train = List.copyOf(train);
        dev = List.copyOf(dev);
        words = Map.copyOf(words);
        if (train.isEmpty() || dev.isEmpty()) {
            throw new IllegalArgumentException("training needs rows to learn from and rows to judge by: %d and %d"
                    .formatted(train.size(), dev.size()));
        }
        Rows.requireLabels(train, "the training rows");
        Rows.requireLabels(dev, "the dev rows");
        if (settings.balanced() && task instanceof Regression) {
            throw new IllegalArgumentException("class weights need classes; this task is a regression");
        }
        if (maxLength < 2) {
            throw new IllegalArgumentException("max length must be >= 2: " + maxLength);
        }
    }

    /** A Houlsby adapter on labelled rows; the task is told from the labels, and a tenth of the rows judges. */
    public static TrainingPlan of(List<Row> rows) {
        return of(rows, Task.guess(labels(rows)));
    }

    /** A Houlsby adapter for a task on labelled rows, of which a tenth judges. */
    public static TrainingPlan of(List<Row> rows, Task task) {
        long seed = TrainingSettings.DEFAULT.seed();
        Split split = task instanceof Classification
                ? Split.byLabel(rows, Split.DEFAULT_SHARE, seed)
                : Split.plain(rows, Split.DEFAULT_SHARE, seed);
        return of(split.train(), split.dev(), task);
    }

    /** A Houlsby adapter for a task on rows to learn from and rows to judge by. */
    public static TrainingPlan of(List<Row> train, List<Row> dev, Task task) {
        return new TrainingPlan(
                Houlsby.DEFAULT, train, dev, task, DEFAULT_MAX_LENGTH, TrainingSettings.DEFAULT, Map.of(), null);
    }

    public TrainingPlan withMethod(Method newMethod) {
        return new TrainingPlan(newMethod, train, dev, task, maxLength, settings, words, start);
    }

    public TrainingPlan withMaxLength(int newMaxLength) {
        return new TrainingPlan(method, train, dev, task, newMaxLength, settings, words, start);
    }

    public TrainingPlan withSettings(TrainingSettings newSettings) {
        return new TrainingPlan(method, train, dev, task, maxLength, newSettings, words, start);
    }

    public TrainingPlan withWords(Map<String, String> newWords) {
        return new TrainingPlan(method, train, dev, task, maxLength, settings, newWords, start);
    }

    /**
     * The same rows for an adapter that is trained on: its method, its longest text, and its tensors as the start.
     *
     * @throws dev.graft.adapter.AdapterException where the directory is no adapter
     * @throws IllegalArgumentException where it answers another task
     */
    public TrainingPlan startingFrom(Path adapter) {
        AdapterCard card = AdapterCard.read(adapter);
        if (!card.task().equals(task)) {
            throw new IllegalArgumentException("the adapter in %s answers %s, and these rows ask %s"
                    .formatted(adapter, described(card.task()), described(task)));
        }
        return new TrainingPlan(
                Methods.fromJson(card.method()), train, dev, task, card.maxLength(), settings, words, adapter);
    }

    private static String described(Task task) {
        return task.labels().isEmpty()
                ? task.name()
                : "%s of %s".formatted(task.name(), String.join(", ", task.labels()));
    }

    /** Whether the method's template asks for a word in the place of a mask, which the base's masked-LM head answers. */
    public boolean hasMask() {
        String template = method.template();
        return template != null && Template.parse(template).hasMask();
    }

    /** The labels of rows that all have one. */
    public static List<String> labels(List<Row> rows) {
        return rows.stream().map(row -> Objects.requireNonNull(row.label())).toList();
    }
}
