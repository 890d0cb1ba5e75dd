package dev.graft;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.graft.adapter.Adapter;
import dev.graft.adapter.AdapterException;
import dev.graft.adapter.Merged;
import dev.graft.hub.BaseExport;
import dev.graft.hub.BaseFiles;
import dev.graft.method.Method;
import dev.graft.method.Methods;
import dev.graft.model.Backbone;
import dev.graft.model.Families;
import dev.graft.task.Task;
import dev.graft.tensor.DType;
import dev.graft.tensor.Device;
import dev.graft.tensor.Precision;
import dev.graft.tensor.Tensor;
import dev.graft.weights.SafetensorsWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Writes a base that has taken up an adapter: an ordinary directory in Hugging Face layout, which any program opens as a
 * base, and within it the folder {@value #HEAD}, an adapter of the method {@code head} on that very base, which answers what the
 * adapter answered. Where transformers' sequence classification of the family computes the same head, the directory is
 * such a model besides, with the labels in {@code config.json}.
 */
public final class MergedBase {
    /** The folder of the head's adapter. */
    public static final String HEAD = "head";

    /** What transformers calls a task. */
    private static final Map<String, String> PROBLEM_TYPES = Map.of(
            "classification", "single_label_classification",
            "multi-label", "multi_label_classification",
            "regression", "regression");

    private static final JsonMapper JSON = new JsonMapper();

    private MergedBase() {}

    /**
     * Writes the directory, whole or not at all. Tensors that change are written in single precision, the others as they are.
     *
     * @param base the files of the adapter's base, which stay as they are
     * @param adapter the adapter's directory
     * @param directory absent, or empty
     * @throws AdapterException where the adapter does not merge, naming the methods that do, or belongs to another base
     * @throws dev.graft.hub.HubException where the place holds something or cannot be written
     */
    public static void write(BaseFiles base, Path adapter, Path directory) {
        BaseExport.refuseWhereSomethingIs(directory);
        try (Base open = Base.open(base, Precision.FP32, Device.CPU);
                Adapter loaded = withoutTemplate(adapter, open.load(adapter));
                Merged merged = loaded.merge(open.backbone()).orElseThrow(() -> refusal(adapter, loaded.method()))) {
            BaseExport.write(base, directory, huggingFace(merged, open.backbone()), written -> {
                merged.classifier().ifPresent(tensors -> writeClassifier(tensors, loaded.task(), written));
                writeHead(loaded, written, directory);
            });
        }
    }

    /** The head's adapter reads texts as they are. */
    private static Adapter withoutTemplate(Path directory, Adapter adapter) {
        String template = adapter.method().template();
        if (template == null) {
            return adapter;
        }
        adapter.close();
        throw new AdapterException(
                "%s: a base's tensors cannot take up the template '%s', in which this adapter reads every text"
                        .formatted(directory, template));
    }

    private static AdapterException refusal(Path adapter, Method method) {
        String mergeable =
                Methods.all().stream().filter(Method::merges).map(Method::name).collect(Collectors.joining(", "));
        return new AdapterException(
                "%s: a base's tensors cannot take up '%s', which computes beside them (%s, %s); those that merge are %s"
                        .formatted(
                                adapter,
                                method.name(),
                                method.axes().what(),
                                method.axes().joins(),
                                mergeable));
    }

    private static Map<String, Tensor> huggingFace(Merged merged, Backbone backbone) {
        Map<String, Tensor> tensors = new HashMap<>();
        merged.tensors().forEach((name, value) -> tensors.put(backbone.huggingFaceName(name), value));
        return tensors;
    }

    private static void writeClassifier(Map<String, Tensor> tensors, Task task, BaseFiles written) {
        SafetensorsWriter.write(written.weights(), tensors, Map.of("format", "pt"));
        try {
            ObjectNode config = (ObjectNode) JSON.readTree(Files.readAllBytes(written.config()));
            config.put("problem_type", PROBLEM_TYPES.get(task.name()));
            List<String> labels = task.labels().isEmpty() ? List.of("LABEL_0") : task.labels();
            ObjectNode byId = config.putObject("id2label");
            ObjectNode byLabel = config.putObject("label2id");
            for (int id = 0; id < labels.size(); id++) {
                byId.put(String.valueOf(id), labels.get(id));
                byLabel.put(labels.get(id), id);
            }
            Files.writeString(written.config(), config.toPrettyString() + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void writeHead(Adapter adapter, BaseFiles written, Path directory) {
        String name = directory.toAbsolutePath().normalize().toString();
        try (Backbone backbone = Families.open(
                        written.config(), written.weights(), adapter.pooling(), DType.FLOAT32, Device.CPU);
                Adapter head = adapter.headOn(backbone, name)) {
            head.save(written.config().resolveSibling(HEAD), backbone);
        }
    }
}
