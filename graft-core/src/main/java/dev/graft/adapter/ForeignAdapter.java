package dev.graft.adapter;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.graft.method.Initializer;
import dev.graft.method.Method;
import dev.graft.model.Backbone;
import dev.graft.model.Deltas;
import dev.graft.model.Pooling;
import dev.graft.task.Classification;
import dev.graft.task.Head;
import dev.graft.task.Regression;
import dev.graft.task.Task;
import dev.graft.tensor.DType;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Scope;
import dev.graft.tensor.Tensor;
import dev.graft.weights.TensorSource;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * An adapter that another library wrote, for an open base. What Graft computes like the library follows from tables of
 * methods and options, so {@link #refusal} tells it before any tensor is read. Immutable.
 */
public final class ForeignAdapter {
    private final Backbone backbone;
    private final ModuleNames modules;
    private final ForeignConfig config;
    private final Path tensors;
    private final Path head;

    private ForeignAdapter(Backbone backbone, ForeignConfig config, Path tensors, Path head) {
        this.backbone = backbone;
        this.modules = ModuleNames.withHead(backbone);
        this.config = config;
        this.tensors = tensors;
        this.head = head;
    }

    /**
     * A directory of PEFT's, with {@code adapter_config.json} and {@code adapter_model.safetensors}, whose head is the one of
     * transformers' sequence classification.
     *
     * @throws AdapterException where the configuration is missing or not PEFT's
     */
    public static ForeignAdapter peft(Path directory, Backbone backbone) {
        Path tensors = directory.resolve(TensorFiles.ADAPTER);
        return new ForeignAdapter(
                backbone, ForeignConfig.peft(directory.resolve(AdapterWriter.PEFT_CONFIG)), tensors, tensors);
    }

    /**
     * The files of AdapterHub's.
     *
     * @param config {@code adapter_config.json}
     * @param tensors {@code adapter.safetensors}
     * @param head what holds {@code classifier.weight} and {@code classifier.bias}: {@code model_head.safetensors}, or the
     *     base's own file where the library used the base's head
     * @throws AdapterException where the configuration is missing or not AdapterHub's
     */
    public static ForeignAdapter adapterHub(Path config, Path tensors, Path head, Backbone backbone) {
        return new ForeignAdapter(backbone, ForeignConfig.adapterHub(config), tensors, head);
    }

    /** Why Graft does not compute what the library does, for a person to read; empty where it does. */
    public Optional<String> refusal() {
        return config.refusal(modules);
    }

    /**
     * Reads the adapter; the caller closes it.
     *
     * @throws AdapterException where it is refused; or a tensor is missing, unexpected, of another shape, or not finite
     */
    public Adapter read() {
        Adapter adapter = empty();
        try {
            Map<String, Parameter> parameters = adapter.parametersByName();
            List<StoredTensor> stored = tensors(adapter);
            if (head.equals(tensors)) {
                new ParameterFile(tensors, stored).read(parameters);
            } else {
                new ParameterFile(
                                tensors,
                                stored.stream()
                                        .filter(tensor -> !isHead(tensor))
                                        .toList())
                        .read(parameters);
                new ParameterFile(
                                head,
                                stored.stream().filter(ForeignAdapter::isHead).toList())
                        .readAmongOthers(parameters);
            }
            return adapter;
        } catch (RuntimeException e) {
            adapter.close();
            throw e;
        }
    }

    /** The library's names for the tensors of an adapter with this configuration, the head's among them. */
    public List<StoredTensor> tensors(Adapter adapter) {
        return stored(adapter.method(), adapter.parameters().stream().map(Parameter::name));
    }

    private List<StoredTensor> stored(Method method, Stream<String> parameters) {
        return config.keys().tensors(method, parameters.toList(), modules, config.adapterName());
    }

    private static boolean isHead(StoredTensor tensor) {
        return Head.owns(tensor.parameters().getFirst());
    }

    private Adapter empty() {
        Method method = config.method(modules);
        Pooling pooling = modules.pooling().orElseThrow(); // without one, the configuration was refused
        int outputs = outputs(method);
        ObjectNode training = AdapterCard.JSON.createObjectNode().put("importedFrom", config.library());
        return new Adapter(
                method,
                task(outputs),
                pooling,
                backbone.architecture().positions(),
                BaseIdentity.of(config.baseName(), backbone, pooling),
                deltas(method),
                zeros(outputs),
                training);
    }

    private Deltas deltas(Method method) {
        try {
            return new Deltas(method.deltas(backbone.architecture(), Initializer.blank(backbone)));
        } catch (IllegalArgumentException e) {
            throw new AdapterException("%s: does not fit this base: %s".formatted(config.file(), e.getMessage()), e);
        }
    }

    /** How many numbers the head gives. */
    private int outputs(Method method) {
        StoredTensor weight = stored(method, Stream.of(Head.WEIGHT)).getFirst();
        try (TensorSource source = TensorSource.open(head)) {
            return weight.names()
                    .filter(source::contains)
                    .map(name -> source.info(name).shape())
                    .filter(shape -> shape.size() == 2)
                    .findFirst()
                    .map(shape -> shape.getFirst().intValue())
                    .orElseThrow(
                            () -> new AdapterException("%s holds no classification head: the matrix '%s' is missing"
                                    .formatted(head, weight.key())));
        }
    }

    /** The labels are those that transformers makes up, since the files do not keep any. */
    private static Task task(int outputs) {
        return outputs == 1
                ? new Regression()
                : new Classification(
                        IntStream.range(0, outputs).mapToObj(i -> "LABEL_" + i).toList());
    }

    private Head zeros(int outputs) {
        try (Scope scope = Scope.open()) {
            DType master = backbone.dtype().master();
            return Head.of(
                    Tensor.zeros(
                            master,
                            backbone.device(),
                            outputs,
                            backbone.architecture().hidden()),
                    Tensor.zeros(master, backbone.device(), outputs),
                    Head.DROPOUT);
        }
    }
}
