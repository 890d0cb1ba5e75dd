package dev.graft.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.graft.Base;
import dev.graft.adapter.Adapter;
import dev.graft.adapter.ForeignAdapter;
import dev.graft.hub.BaseFiles;
import dev.graft.method.Methods;
import dev.graft.method.Words;
import dev.graft.model.Pooling;
import dev.graft.tensor.Device;
import dev.graft.tensor.Precision;
import dev.graft.weights.TensorSource;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code graft import}: an adapter of PEFT's or AdapterHub's becomes one of Graft's. */
@Command(
        name = "import",
        description = {
            "Makes an adapter of PEFT or AdapterHub one of Graft, which answers the same.",
            "What is missing, not expected or not computed alike is refused by name. Nothing in a file is executed."
        },
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  graft import peft-lora --base bert-base --out adapters/films --labels negative,positive",
            "  graft import sst2-pfeiffer --base bert-base --out adapters/sst2 --head sst2-head",
            "  graft import reviews-mlm --base bert-base --out adapters/reviews --template '{text} It was [MASK] .' \\",
            "      --word positive=great --word negative=terrible"
        })
final class ImportCommand implements Callable<Integer> {
    @Parameters(paramLabel = "DIR", description = "The directory with adapter_config.json.")
    private Path directory;

    @Option(names = "--out", required = true, paramLabel = "ADAPTER", description = "Where the adapter goes.")
    private Path out;

    @Option(
            names = "--base",
            paramLabel = "NAME|DIR",
            description = "The base (the one that adapter_config.json names).")
    private @Nullable String base;

    @Option(
            names = "--head",
            paramLabel = "PATH",
            description = {
                "Where its head is, if not in DIR: a directory with head_config.json,",
                "or a model whose classifier it is."
            })
    private @Nullable Path head;

    @Option(
            names = "--labels",
            split = ",",
            paramLabel = "A,B,...",
            description = "The labels in the order of the head's outputs, which PEFT's files do not keep.")
    private List<String> labels = List.of();

    @Option(
            names = "--task",
            converter = TaskName.class,
            paramLabel = "TASK",
            description = "classification, multi-label or regression (told by the files).")
    private @Nullable String task;

    @Option(
            names = "--template",
            paramLabel = "TEXT",
            description = "How each text is written for a masked-LM head, such as '{text} It was [MASK] .'")
    private @Nullable String template;

    @Option(
            names = "--word",
            paramLabel = "LABEL=WORD",
            description = "The word that stands for a label at [MASK]. Repeatable, in the order of the labels.")
    private Map<String, String> words = new LinkedHashMap<>();

    @Mixin
    private Console console;

    @Spec
    private CommandSpec spec;

    @SuppressWarnings("NullAway.Init") // picocli fills in options and mixins
    ImportCommand() {}

    @Override
    public Integer call() {
        checkOptions();
        Adapter.requirePlace(out);
        String name = base == null ? ForeignAdapter.baseName(directory) : base;
        if (name.isEmpty()) {
            throw new CommandException(directory + ": names no base; say which it is with --base");
        }
        BaseFiles files = EngineOptions.resolve(name, console);
        try (Base opened = Base.open(withPooler(files), Precision.FP32, Device.CPU)) {
            ForeignAdapter foreign = ForeignAdapter.open(directory, head, opened.backbone());
            foreign.refusal().ifPresent(reason -> {
                throw new CommandException("%s cannot be imported: %s".formatted(directory, reason));
            });
            try (Adapter adapter = read(foreign, opened)) {
                adapter.save(out, opened.backbone());
                report(foreign, adapter);
            }
        }
        return ExitCode.OK;
    }

    private void checkOptions() {
        boolean masked = template != null || !words.isEmpty();
        if (masked && (template == null || words.isEmpty() || task != null || !labels.isEmpty())) {
            throw new ParameterException(
                    spec.commandLine(),
                    "a masked-LM head needs --template and --word for each label,"
                            + " which make a classification: --task and --labels mean nothing there");
        }
    }

    private Adapter read(ForeignAdapter foreign, Base opened) {
        if (template == null) {
            return foreign.read(opened.name(), task, labels);
        }
        String wording = template;
        List<String> answers = List.copyOf(words.keySet());
        return Failures.checked(spec, () -> {
            List<Integer> ids = new Words(opened.tokenizer()::idsOf, answers, words).verbalizer(wording);
            SequencedMap<String, Integer> wordIds = new LinkedHashMap<>();
            for (int i = 0; i < answers.size(); i++) {
                wordIds.put(answers.get(i), ids.get(i));
            }
            return foreign.readMaskedLm(opened.name(), wording, wordIds);
        });
    }

    /** BERT's classifier reads the pooler, also of a base that is usually pooled in another way. */
    private static BaseFiles withPooler(BaseFiles files) {
        try (TensorSource source = TensorSource.open(files.weights())) {
            boolean has =
                    source.tensors().stream().anyMatch(tensor -> tensor.name().endsWith("pooler.dense.weight"));
            return has ? files.pooledBy(Pooling.POOLER) : files;
        }
    }

    private void report(ForeignAdapter foreign, Adapter adapter) {
        int head = adapter.head().parameters().size();
        int deltas = foreign.tensors(adapter).size() - head;
        if (console.json()) {
            ObjectNode json = JsonNodeFactory.instance.objectNode();
            json.put("from", directory.toString()).put("library", foreign.library());
            json.set("method", Methods.toJson(adapter.method()));
            json.put("tensors", deltas).put("headTensors", head);
            json.put("task", adapter.task().name());
            adapter.task().labels().forEach(json.putArray("labels")::add);
            json.put("base", adapter.base().name()).put("adapter", out.toString());
            console.print(json);
            return;
        }
        Table table = new Table("What", "matched")
                .row("library", foreign.library())
                .row("method", Inspection.words(Methods.toJson(adapter.method())))
                .row("tensors", "%d of %s".formatted(deltas, foreign.file().getFileName()))
                .row(
                        "head",
                        "%d of %s, on %s".formatted(head, foreign.headFile().getFileName(), read(adapter)))
                .row("task", adapter.task().name())
                .row("labels", String.join(", ", adapter.task().labels()))
                .row("base", adapter.base().name());
        console.say(table.lines());
        console.say("");
        console.say("Imported to %s; try it:".formatted(out));
        console.say("  %s predict --adapter %s \"a text\"".formatted(Console.program(), out));
    }

    private static String read(Adapter adapter) {
        String pooled = adapter.pooling().name().toLowerCase(Locale.ROOT);
        return adapter.head().activation() == null
                ? pooled
                : "%s through a dense layer and %s"
                        .formatted(pooled, adapter.head().activation().name().toLowerCase(Locale.ROOT));
    }
}
