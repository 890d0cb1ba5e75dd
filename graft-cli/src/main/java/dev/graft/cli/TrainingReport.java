package dev.graft.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.graft.Base;
import dev.graft.TrainableGroup;
import dev.graft.TrainingPlan;
import dev.graft.adapter.Adapter;
import dev.graft.method.Methods;
import dev.graft.model.Architecture;
import dev.graft.train.EpochResult;
import dev.graft.train.TrainingResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** What is said before and after a training. */
record TrainingReport(Console console, TrainingPlan plan, Base base, List<TrainableGroup> groups) {
    /** The base, the method and what trains. */
    void start() {
        Architecture architecture = base.backbone().architecture();
        long whole = architecture.elements();
        console.say("Base    %s (%s, %d layers, %d wide, %s parameters), in %s on %s"
                .formatted(
                        base.name(),
                        architecture.family(),
                        architecture.layers(),
                        architecture.hidden(),
                        Table.count(whole),
                        base.backbone().dtype().name().toLowerCase(Locale.ROOT),
                        base.backbone().device()));
        console.say("Method  %s: %s"
                .formatted(plan.method().name(), plan.method().axes().sentence()));
        console.say("");
        Table table = new Table("Trains", "tensors", "parameters", "of the base");
        for (TrainableGroup group : groups) {
            table.row(
                    group.name(),
                    group.tensors(),
                    Table.count(group.parameters()),
                    Table.share(group.parameters(), whole));
        }
        table.row(
                "all",
                groups.stream().mapToInt(TrainableGroup::tensors).sum(),
                Table.count(parameters()),
                Table.share(parameters(), whole));
        console.say(table.lines());
        console.say("");
    }

    private long parameters() {
        return groups.stream().mapToLong(TrainableGroup::parameters).sum();
    }

    /** The result, for people and, into {@code json}, for programs. */
    void end(Adapter adapter, TrainingResult result, Path place, ObjectNode json) {
        Scores scores = Scores.of(base, adapter, plan.dev(), "dev row");
        double seconds = adapter.training().path("seconds").asDouble();
        long bytes = size(place);
        console.say("");
        console.say("Best epoch: %d of %d%s. On the %s dev rows:"
                .formatted(
                        result.best(),
                        result.epochs().size(),
                        result.epochs().size() < plan.settings().epochs() ? ", stopped early" : "",
                        Table.count(plan.dev().size())));
        console.say(scores.lines());
        console.say("");
        console.say("Trained in %s; the adapter is %s (%s). Use it:"
                .formatted(TrainingProgress.time(Math.round(seconds)), place, Table.bytes(bytes)));
        console.say("  " + CommandWords.of("predict", "--adapter", place.toString()) + " \"a text\"");
        json.put("adapter", place.toString()).put("bytes", bytes).put("seconds", seconds);
        json.put("base", base.name()).set("method", Methods.toJson(plan.method()));
        json.put("task", plan.task().name());
        plan.task().labels().forEach(json.putArray("labels")::add);
        json.put("trainRows", plan.train().size());
        addGroups(json.putArray("trainable"));
        json.put("bestEpoch", result.best());
        addEpochs(result, json.putArray("epochs"));
        scores.addTo(json.putObject("dev"));
    }

    private void addGroups(ArrayNode json) {
        long whole = base.backbone().architecture().elements();
        for (TrainableGroup group : groups) {
            json.addObject()
                    .put("group", group.name())
                    .put("tensors", group.tensors())
                    .put("parameters", group.parameters())
                    .put("share", (double) group.parameters() / whole);
        }
    }

    private static void addEpochs(TrainingResult result, ArrayNode json) {
        for (EpochResult epoch : result.epochs()) {
            ObjectNode entry = json.addObject()
                    .put("epoch", epoch.epoch())
                    .put("trainLoss", epoch.trainLoss())
                    .put("devLoss", epoch.devLoss());
            epoch.dev().values().forEach(entry.putObject("metrics")::put);
        }
    }

    private static long size(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            long bytes = 0;
            for (Path file : files.toList()) {
                bytes += Files.size(file);
            }
            return bytes;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
