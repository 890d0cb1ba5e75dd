package dev.graft.adapter;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.graft.method.Initializer;
import dev.graft.method.Method;
import dev.graft.method.PTuning;
import dev.graft.method.Union;
import dev.graft.model.Backbone;
import dev.graft.model.Deltas;
import dev.graft.model.Pooling;
import dev.graft.task.Classification;
import dev.graft.task.Head;
import dev.graft.task.Task;
import dev.graft.tensor.Parameter;
import dev.graft.weights.TensorSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An adapter that another library wrote, for an open base. What Graft computes like the library follows from tables of
 * methods and options, so {@link #refusal} tells it before any tensor is read. Immutable.
 */
public final class ForeignAdapter {
    private final Backbone backbone;
    private final ModuleNames modules;
    private final ForeignFiles files;

    private ForeignAdapter(Backbone backbone, ForeignFiles files) {
        this.backbone = backbone;
        this.modules = ModuleNames.withHead(backbone);
        this.files = files;
    }

    /**
     * A directory of PEFT's or AdapterHub's, with its tensors as safetensors or in PyTorch's format.
     *
     * @param head where the head is, if not there: a directory with a head of AdapterHub's, or a file or directory of a model
     *     with a classifier. What of the head lies beside the adapter's tensors is read from there all the same
     * @throws AdapterException where there is none, or one of its files is missing
     */
    public static ForeignAdapter open(Path directory, @Nullable Path head, Backbone backbone) {
        return new ForeignAdapter(backbone, ForeignFiles.in(directory, head));
    }

    /**
     * A directory of PEFT's, with {@code adapter_config.json} and {@code adapter_model.safetensors}, whose head is the one of
     * transformers' sequence classification.
     *
     * @throws AdapterException where the configuration is missing or not PEFT's
     */
    public static ForeignAdapter peft(Path directory, Backbone backbone) {
        ForeignConfig config = ForeignConfig.peft(directory.resolve(AdapterWriter.PEFT_CONFIG));
        Path tensors = directory.resolve(TensorFiles.ADAPTER);
        return new ForeignAdapter(backbone, new ForeignFiles(config, tensors, tensors));
    }

    /**
     * The files of AdapterHub's.
     *
     * @param config {@code adapter_config.json}
     * @param tensors {@code adapter.safetensors} or {@code pytorch_adapter.bin}
     * @param head what holds the classifier: {@code model_head.safetensors}, or the
     *     base's own file where the library used the base's head
     * @throws AdapterException where the configuration is missing or not AdapterHub's
     */
    public static ForeignAdapter adapterHub(Path config, Path tensors, Path head, Backbone backbone) {
        return new ForeignAdapter(backbone, new ForeignFiles(ForeignConfig.adapterHub(config), tensors, head));
    }

    /**
     * The deltas alone of a directory of PEFT's or AdapterHub's; the caller closes their parameters.
     *
     * @throws AdapterException as {@link #read()} does
     */
    static Deltas deltas(Path directory, Backbone backbone) {
        ForeignAdapter foreign = new ForeignAdapter(backbone, ForeignFiles.withoutHead(directory));
        Method method = foreign.files.config().method(foreign.modules);
        Deltas deltas = foreign.deltas(method);
        try {
            Map<String, Parameter> parameters =
                    deltas.parameters().stream().collect(Collectors.toMap(Parameter::name, parameter -> parameter));
            new ParameterFile(foreign.file(), foreign.stored(method, deltas.parameters())).readAmongOthers(parameters);
            return deltas;
        } catch (RuntimeException e) {
            deltas.held().forEach(Parameter::close);
            throw e;
        }
    }

    /** The base that the configuration in a directory names, which may be empty. */
    public static String baseName(Path directory) {
        return ForeignConfig.in(directory).baseName();
    }

    /** The library and its version. */
    public String library() {
        return files.config().library();
    }

    /** The file with the tensors of the deltas. */
    public Path file() {
        return files.tensors();
    }

    /** The file with the head, which may be the same. */
    public Path headFile() {
        return files.headTensors();
    }

    /** Why Graft does not compute what the library does, for a person to read; empty where it does. */
    public Optional<String> refusal() {
        return files.config().refusal(modules).or(() -> ForeignHead.refusal(files.headConfig()));
    }

    /**
     * Reads the adapter, for the base that its configuration names, and as a classification or a regression by the number of
     * the head's outputs where its files do not say more; the caller closes it.
     *
     * @throws AdapterException where it is refused; a tensor is missing, unexpected, of another shape, or not finite; or the
     *     head {@linkplain #isMaskedLm() answers in words}
     */
    public Adapter read() {
        return read(files.config().baseName(), null, List.of());
    }

    /**
     * As {@link #read()}.
     *
     * @param baseName how the base was opened
     * @param task the name of the task; null for what the files say
     * @param labels the labels in the order of the head's outputs; empty for what the files say
     * @throws dev.graft.task.LabelException where these are no labels of the task
     */
    public Adapter read(String baseName, @Nullable String task, List<String> labels) {
        if (isMaskedLm()) {
            throw new AdapterException(
                    "%s: a masked-LM head answers in words: name a template with [MASK] and a word for each label"
                            .formatted(files.headTensors()));
        }
        Method method = method();
        ForeignHead head = head(method);
        return read(method, head, baseName, head.answering(task, labels));
    }

    /** Whether the head gives a number for each word of the base, for {@link #readMaskedLm}. */
    public boolean isMaskedLm() {
        return ForeignHead.isMaskedLm(files.headConfig());
    }

    /**
     * Reads an adapter whose head answers in words, as a classification by the words of its labels; the caller closes it.
     *
     * @param baseName how the base was opened
     * @param template how each text is written, with one {@code [MASK]} and no pseudo tokens
     * @param words the id of the word for each label, in the order of the outputs
     * @throws AdapterException as {@link #read()} does, and for another head
     * @throws IllegalArgumentException for another template
     */
    public Adapter readMaskedLm(String baseName, String template, SequencedMap<String, Integer> words) {
        if (!isMaskedLm()) {
            throw new AdapterException("%s: a template with words means nothing for a head that is no masked-LM head"
                    .formatted(files.headTensors()));
        }
        Task task = new Classification(List.copyOf(words.keySet()));
        ForeignHead head = ForeignHead.maskedLm(files.headConfig());
        for (int word : words.values()) {
            if (word < 0 || word >= head.task().outputs()) {
                throw new AdapterException("%s: the head gives %d words, and none with the number %d"
                        .formatted(files.headTensors(), head.task().outputs(), word));
            }
        }
        Adapter all = read(written(method(), template), head, baseName, head.task());
        try (Head everyWord = all.head()) {
            return all.answering(task, everyWord.giving(List.copyOf(words.values())));
        }
    }

    /** The method, where a template without pseudo tokens of its own writes each text. */
    private static Method written(Method method, String template) {
        List<Method> parts = new ArrayList<>(method instanceof Union union ? union.methods() : List.of(method));
        parts.add(PTuning.wording(template));
        return new Union(parts);
    }

    private Method method() {
        ForeignHead.refusal(files.headConfig()).ifPresent(reason -> {
            throw new AdapterException("%s: %s".formatted(files.headTensors(), reason));
        });
        return files.config().method(modules);
    }

    private Adapter read(Method method, ForeignHead head, String baseName, Task task) {
        Adapter adapter = empty(method, head, baseName, task);
        try {
            Map<String, Parameter> parameters = adapter.parametersByName();
            Map<Path, List<StoredTensor>> parts =
                    head.tensors().stream().collect(Collectors.groupingBy(files::holding));
            List<StoredTensor> own = parts.getOrDefault(file(), List.of());
            parts.forEach((file, others) -> {
                if (!file.equals(file())) {
                    new ParameterFile(file, others).readAmongOthers(parameters);
                }
            });
            new ParameterFile(file(), concat(stored(method, adapter.deltas().parameters()), own)).read(parameters);
            return adapter;
        } catch (RuntimeException e) {
            adapter.close();
            throw e;
        }
    }

    /** The library's names for the tensors of an adapter with this configuration, the head's among them. */
    public List<StoredTensor> tensors(Adapter adapter) {
        return concat(
                stored(adapter.method(), adapter.deltas().parameters()),
                head(adapter.method()).tensors());
    }

    private List<StoredTensor> stored(Method method, List<Parameter> parameters) {
        return names(method, parameters.stream().map(Parameter::name).toList());
    }

    private List<StoredTensor> names(Method method, List<String> parameters) {
        List<StoredTensor> named = files.config()
                .keys()
                .tensors(method, parameters, names(), files.config().adapterName());
        return files.config().keys() == KeyTable.PEFT
                ? named
                : named.stream()
                        .map(tensor -> LegacyNames.with(tensor, files.config().adapterName()))
                        .toList();
    }

    /** AdapterHub saves an adapter of a bare model without the family's prefix. */
    private ModuleNames names() {
        try (TensorSource source = TensorSource.open(file())) {
            return source.tensors().stream().anyMatch(tensor -> tensor.name().contains(modules.prefix()))
                    ? modules
                    : ModuleNames.bare(backbone);
        }
    }

    private static List<StoredTensor> concat(List<StoredTensor> first, List<StoredTensor> second) {
        List<StoredTensor> all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }

    private ForeignHead head(Method method) {
        if (isMaskedLm()) {
            return ForeignHead.maskedLm(files.headConfig());
        }
        if (files.headConfig().path("config").isObject()) {
            return ForeignHead.flexible(files.headConfig());
        }
        Classifier classifier = modules.classifier();
        List<StoredTensor> stored = names(method, classifier.parameters());
        return new ForeignHead(
                ForeignHead.task(ForeignHead.labels(files.headConfig(), outputs(stored.get(stored.size() - 2)))),
                classifier.pooling(),
                classifier.activation(),
                false,
                stored);
    }

    /** How many numbers transformers' head gives. */
    private int outputs(StoredTensor weight) {
        Path file = files.holding(weight);
        try (TensorSource source = TensorSource.open(file)) {
            return weight.names()
                    .filter(source::contains)
                    .map(name -> source.info(name).shape())
                    .filter(shape -> shape.size() == 2)
                    .findFirst()
                    .map(shape -> shape.getFirst().intValue())
                    .orElseThrow(
                            () -> new AdapterException("%s holds no classification head: the matrix '%s' is missing"
                                    .formatted(file, weight.key())));
        }
    }

    private Adapter empty(Method method, ForeignHead head, String baseName, Task task) {
        if (task.outputs() != head.task().outputs()) {
            throw new AdapterException("%s: the head gives %d numbers, but %s has %d: %s"
                    .formatted(files.headTensors(), head.task().outputs(), task.name(), task.outputs(), task.labels()));
        }
        if (head.pooling() == Pooling.POOLER
                && !backbone.architecture().tensors().containsKey("pooler.weight")) {
            throw new AdapterException(
                    "%s: the head reads the base's pooler, but the open base has none".formatted(files.headTensors()));
        }
        ObjectNode training = AdapterCard.JSON
                .createObjectNode()
                .put("importedFrom", files.config().library());
        return new Adapter(
                method,
                task,
                head.pooling(),
                backbone.architecture().positions() - method.takenPositions(),
                BaseIdentity.of(baseName, backbone, head.pooling()),
                deltas(method),
                Head.zeros(
                        task.outputs(),
                        backbone.architecture().hidden(),
                        backbone.dtype().master(),
                        backbone.device(),
                        Head.DROPOUT,
                        head.activation(),
                        head.isNormed() ? backbone.normEpsilon() : null),
                training);
    }

    private Deltas deltas(Method method) {
        try {
            return new Deltas(method.deltas(backbone.architecture(), Initializer.blank(backbone)));
        } catch (IllegalArgumentException e) {
            throw new AdapterException(
                    "%s: does not fit this base: %s".formatted(files.config().file(), e.getMessage()), e);
        }
    }
}
