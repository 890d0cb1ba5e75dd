package dev.graft.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.graft.Base;
import dev.graft.TrainingPlan;
import dev.graft.data.Row;
import dev.graft.hub.BaseExport;
import dev.graft.hub.BaseFiles;
import dev.graft.method.Full;
import dev.graft.model.Architecture;
import dev.graft.task.Classification;
import dev.graft.task.ConfusionMatrix;
import dev.graft.task.Metrics;
import dev.graft.tensor.DType;
import dev.graft.train.Encoded;
import dev.graft.train.Trainer;
import dev.graft.train.TrainingSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Full fine-tuning by plain transformers, on the rows and batches of Graft's own, in a process of its own. */
record TransformersTraining(Base base, BaseFiles files) implements QualityTraining {
    static final String METHOD = "transformers-full";

    private static final ObjectMapper JSON = new ObjectMapper();

    @Override
    public double learningRate(String method) {
        return Full.DEFAULT.learningRate(base.backbone().architecture());
    }

    @Override
    public QualityCell train(QualityCell.Key key) throws IOException {
        QualityTask task = key.task();
        Architecture architecture = base.backbone().architecture();
        TrainingSettings settings = GraftTraining.settings(key);
        Path scratch = Files.createTempDirectory("graft-bench");
        Path exported = scratch.resolve("base");
        BaseExport.write(files, exported);
        List<Row> reported = key.reports() ? task.reported().get() : List.of();
        Path rows = scratch.resolve("rows.json");
        JSON.writeValue(rows.toFile(), data(task, reported, settings));
        List<String> arguments = List.of(
                "--base", exported.toString(),
                "--rows", rows.toString(),
                "--labels", Integer.toString(task.task().outputs()),
                "--lr", Double.toString(settings.deltaRate(Full.DEFAULT, architecture)),
                "--head-lr", Double.toString(settings.headRate(Full.DEFAULT, architecture)),
                "--dropout", Double.toString(settings.dropout()),
                "--seed", Long.toString(settings.seed()),
                "--dtype", base.backbone().dtype() == DType.BFLOAT16 ? "bf16" : "fp32");
        try (PeerProcess process = new PeerProcess("quality.py", arguments)) {
            JsonNode answer = process.work();
            long parameters = Full.DEFAULT.parameters(architecture);
            return new QualityCell(
                    task.name(),
                    METHOD,
                    key.dropout(),
                    key.learningRate(),
                    key.seed(),
                    score(task, task.held(), answer.path("held")),
                    answer.path("epoch").asInt(),
                    key.reports() ? score(task, reported, answer.path("reported")) : Double.NaN,
                    parameters,
                    (double) parameters / architecture.elements(),
                    answer.path("seconds").asDouble());
        }
    }

    private ObjectNode data(QualityTask task, List<Row> reported, TrainingSettings settings) {
        Encoded texts = encoded(task.train());
        ObjectNode data = JSON.createObjectNode();
        data.set("train", PeerRows.all(texts, PeerRows.classes(task.task(), task.train())));
        data.set("held", PeerRows.all(encoded(task.held()), PeerRows.classes(task.task(), task.held())));
        if (!reported.isEmpty()) {
            data.set("reported", PeerRows.all(encoded(reported), PeerRows.classes(task.task(), reported)));
        }
        var epochs = data.putArray("epochs");
        for (int epoch = 0; epoch < settings.epochs(); epoch++) {
            epochs.add(JSON.valueToTree(Trainer.batches(texts, settings, epoch)));
        }
        return data;
    }

    private Encoded encoded(List<Row> rows) {
        return Encoded.of(rows, base.tokenizer(), TrainingPlan.DEFAULT_MAX_LENGTH);
    }

    private static double score(QualityTask task, List<Row> rows, JsonNode predicted) {
        Classification classification = (Classification) task.task();
        int[] classes = JSON.convertValue(predicted, int[].class);
        return Metrics.classification(
                        ConfusionMatrix.of(classification.labels(), PeerRows.classes(classification, rows), classes))
                .get(task.metric());
    }
}
