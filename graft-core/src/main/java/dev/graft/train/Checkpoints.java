package dev.graft.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.graft.task.Metrics;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Scope;
import dev.graft.tensor.Tensor;
import dev.graft.weights.SafetensorsWriter;
import dev.graft.weights.TensorSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the state of a training in one file that is written whole or not at all: parameters, both moments, the best epoch's
 * tensors, and how far it came. A training that goes on from it ends with the same tensors as one that never stopped.
 */
public final class Checkpoints {
    private static final String FILE = "checkpoint.safetensors";
    private static final String STATE = "graft";
    private static final Duration INTERVAL = Duration.ofSeconds(30);

    /** The next one waits this many times as long as the last one took: those of full fine-tuning may take seconds. */
    private static final int TIMES_ITS_COST = 20;

    /** After this long one is always due: a disk that stalled once says nothing of the next time. */
    private static final Duration LONGEST_INTERVAL = Duration.ofMinutes(10);

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path directory;
    private final String training;
    private long lastSave = System.nanoTime();
    private Duration lastTook = Duration.ZERO;

    /**
     * @param directory a folder for this training alone, made when it is needed
     * @param training what makes it this training: settings, method, data hashes; a checkpoint of another is refused
     */
    public Checkpoints(Path directory, String training) {
        this.directory = directory;
        this.training = training;
    }

    private Path file() {
        return directory.resolve(FILE);
    }

    /** The checkpoint's file, or null where there is none. */
    public @Nullable Path existing() {
        return Files.exists(file()) ? file() : null;
    }

    /** Forgets the training once its adapter is saved: its folder goes, with what a killed process left in it. */
    public void delete() {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> left = Files.list(directory)) {
            for (Path file : left.toList()) {
                Files.deleteIfExists(file);
            }
            Files.deleteIfExists(directory);
        } catch (IOException e) {
            throw new TrainingException("%s: cannot be deleted: %s".formatted(directory, e), e);
        }
    }

    /** Saves after a batch when the last time was long ago, and after an epoch unless it was just now, measured by what saving takes. */
    void saveIfDue(
            List<Parameter> parameters, Optimizer optimizer, BestTensors best, Progress progress, boolean epochDone) {
        Duration since = Duration.ofNanos(System.nanoTime() - lastSave);
        if (optimizer.betweenSteps() && due(since, lastTook, epochDone)) {
            save(parameters, optimizer, best, progress);
        }
    }

    static boolean due(Duration since, Duration lastTook, boolean epochDone) {
        Duration worthIt = lastTook.multipliedBy(TIMES_ITS_COST);
        return since.compareTo(LONGEST_INTERVAL) > 0
                || since.compareTo(worthIt) > 0 && (epochDone || since.compareTo(INTERVAL) > 0);
    }

    void save(List<Parameter> parameters, Optimizer optimizer, BestTensors best, Progress progress) {
        long start = System.nanoTime();
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        parameters.forEach(parameter -> tensors.put("value." + parameter.name(), parameter.value()));
        optimizer.moments().forEach(m -> {
            tensors.put("first." + m.parameter().name(), m.first());
            tensors.put("second." + m.parameter().name(), m.second());
        });
        best.tensors().forEach((name, tensor) -> tensors.put("best." + name, tensor));
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new TrainingException("%s: cannot keep checkpoints there: %s".formatted(directory, e), e);
        }
        SafetensorsWriter.write(
                file(),
                tensors,
                Map.of(STATE, toJson(progress, optimizer.steps()).toString()));
        lastSave = System.nanoTime();
        lastTook = Duration.ofNanos(lastSave - start);
    }

    Progress restore(List<Parameter> parameters, Optimizer optimizer, BestTensors best) {
        if (existing() == null) {
            return new Progress();
        }
        try (TensorSource source = TensorSource.open(file());
                Scope scope = Scope.open()) {
            JsonNode state = JSON.readTree(source.metadata().getOrDefault(STATE, "{}"));
            if (!state.path("training").asText().equals(training)) {
                throw new TrainingException(
                        "%s is the checkpoint of a training with other data or settings; repeat those to go on, or delete it"
                                .formatted(file()));
            }
            parameters.forEach(parameter -> parameter.assign(source.read("value." + parameter.name())));
            optimizer.moments().forEach(m -> {
                m.first().copyFrom(source.read("first." + m.parameter().name()));
                m.second().copyFrom(source.read("second." + m.parameter().name()));
            });
            for (Parameter parameter : parameters) {
                if (source.contains("best." + parameter.name())) {
                    best.keep(
                            parameter.name(),
                            source.read("best." + parameter.name())
                                    .to(parameter.value().device()));
                }
            }
            optimizer.resumeAt(state.path("steps").asLong());
            return toProgress(state);
        } catch (JsonProcessingException e) {
            throw new TrainingException("%s: not a checkpoint: %s".formatted(file(), e.getOriginalMessage()), e);
        }
    }

    private ObjectNode toJson(Progress progress, long steps) {
        ObjectNode json = JSON.createObjectNode()
                .put("training", training)
                .put("steps", steps)
                .put("epoch", progress.epoch)
                .put("batchInEpoch", progress.batchInEpoch)
                .put("rows", progress.rows)
                .put("lossSum", progress.lossSum)
                .put("lossRows", progress.lossRows)
                .put("best", progress.best);
        progress.epochs.forEach(json.putArray("epochs")::addPOJO);
        return json;
    }

    private static Progress toProgress(JsonNode json) {
        Progress progress = new Progress();
        progress.epoch = json.path("epoch").asInt();
        progress.batchInEpoch = json.path("batchInEpoch").asInt();
        progress.rows = json.path("rows").asLong();
        progress.lossSum = json.path("lossSum").asDouble();
        progress.lossRows = json.path("lossRows").asLong();
        progress.best = json.path("best").asInt();
        for (JsonNode epoch : json.path("epochs")) {
            Map<String, Double> values = new LinkedHashMap<>();
            epoch.path("dev")
                    .path("values")
                    .properties()
                    .forEach(e -> values.put(e.getKey(), e.getValue().asDouble()));
            Metrics dev = new Metrics(values, epoch.path("dev").path("primary").asText());
            progress.epochs.add(new EpochResult(
                    epoch.path("epoch").asInt(),
                    epoch.path("trainLoss").asDouble(),
                    epoch.path("devLoss").asDouble(),
                    dev));
        }
        return progress;
    }
}
