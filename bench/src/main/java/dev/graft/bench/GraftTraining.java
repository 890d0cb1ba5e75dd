package dev.graft.bench;

import dev.graft.Base;
import dev.graft.Training;
import dev.graft.TrainingPlan;
import dev.graft.adapter.Adapter;
import dev.graft.data.Row;
import dev.graft.method.Method;
import dev.graft.method.Methods;
import dev.graft.model.Architecture;
import dev.graft.task.Targets;
import dev.graft.train.Checkpoints;
import dev.graft.train.EpochResult;
import dev.graft.train.TrainingListener;
import dev.graft.train.TrainingSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Graft's own trainings of the grid.
 *
 * @param setting base and type, for the names of files
 * @param running the folder of cells under way; each has a place of its own, where it goes on after an interruption
 */
record GraftTraining(Base base, String setting, Path running) implements QualityTraining {
    static TrainingSettings settings(QualityCell.Key key) {
        return TrainingSettings.DEFAULT
                .withEpochs(key.epochs())
                .withPatience(key.task().patience())
                .withLearningRate(key.learningRate())
                .withDropout(key.dropout())
                .withSeed(key.seed());
    }

    @Override
    public double learningRate(String method) {
        return Methods.parse(method).learningRate(base.backbone().architecture());
    }

    @Override
    public QualityCell train(QualityCell.Key key) throws IOException {
        Method method = Methods.parse(key.method());
        QualityTask task = key.task();
        TrainingPlan plan = TrainingPlan.of(task.train(), task.held(), task.task())
                .withMethod(method)
                .withSettings(settings(key));
        Path scratch = running.resolve(key.fileName(setting));
        long start = System.nanoTime();
        try (Training training = base.prepare(plan);
                Training.Outcome outcome = training.run(TrainingListener.SILENT, scratch)) {
            double seconds = (System.nanoTime() - start) / 1e9;
            new Checkpoints(Training.checkpointsOf(scratch), "").delete();
            EpochResult best = outcome.result().epochs().get(outcome.result().best() - 1);
            Architecture architecture = base.backbone().architecture();
            long parameters = method.parameters(architecture);
            return new QualityCell(
                    task.name(),
                    key.method(),
                    key.dropout(),
                    key.learningRate(),
                    key.seed(),
                    best.dev().get(task.metric()),
                    best.epoch(),
                    key.reports() ? score(outcome.adapter(), task.reported().get(), task.metric()) : Double.NaN,
                    parameters,
                    (double) parameters / architecture.elements(),
                    seconds);
        }
    }

    private double score(Adapter adapter, List<Row> rows, String metric) {
        Targets targets = Targets.of(
                adapter.task(),
                TrainingPlan.labels(rows),
                i -> "line " + rows.get(i).line());
        return targets.score(base.outputs(adapter, rows)).get(metric);
    }
}
