package dev.graft.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.graft.Base;
import dev.graft.Training;
import dev.graft.TrainingPlan;
import dev.graft.adapter.AdapterCard;
import dev.graft.hub.BaseFiles;
import dev.graft.method.Houlsby;
import dev.graft.method.Method;
import dev.graft.method.Methods;
import dev.graft.model.Pooling;
import dev.graft.train.TrainingSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code graft train}: an adapter from labelled rows. */
@Command(
        name = "train",
        description = {
            "Trains an adapter on labelled rows and writes it to a directory.",
            "The base stays as it is; what trains is listed first. The epoch that does best on the dev rows is kept."
                    + " Ctrl-C ends the step and saves; the same command with --resume goes on."
        },
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  graft train --data tickets.csv",
            "  graft train --data reviews.tsv --text review --label stars --task regression --out adapters/stars",
            "  graft train --data intents.jsonl --method lora:rank=16,targets=query+key+value --epochs 5",
            "  graft train --data intents.jsonl --method lora --method prefix:length=5",
            "  graft train --data tickets.csv --base bge-small --method houlsby:layernorm=frozen --resume",
            "  graft train --data december.csv --from adapters/tickets --out adapters/tickets"
        })
final class TrainCommand implements Callable<Integer> {
    @Mixin
    private TrainingData data;

    private static final String USUAL_BASE = "minilm";

    /** What an adapter that is trained on brings with it. */
    private static final List<String> BROUGHT = List.of("--method", "--word", "--task", "--max-length");

    @Option(
            names = "--base",
            paramLabel = "NAME|DIR",
            description = "The pretrained base: a name of 'graft bases', a directory, or a model hub's id" + " ("
                    + USUAL_BASE + ", or the one of --from).")
    private @Nullable String base;

    @Option(
            names = "--method",
            paramLabel = "NAME[:option=value,...]|FILE.json",
            converter = MethodOption.class,
            description = "What to train, see 'graft methods' (houlsby). Several values of an option are joined by +;"
                    + " given several times, all of them train together.")
    private List<Method> methods = List.of(Houlsby.DEFAULT);

    @Option(
            names = "--word",
            paramLabel = "LABEL=WORD",
            description = "The word that stands for a label where a method's template has [MASK] (the label itself)."
                    + " Repeatable.")
    private Map<String, String> words = new LinkedHashMap<>();

    @Option(
            names = "--from",
            paramLabel = "DIR",
            description =
                    "An adapter to train on, with new rows of its task: its method, labels and tensors are the start."
                            + " It stays as it is, unless --out names it.")
    private @Nullable Path from;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "The adapter's directory (adapters/<name of the data file>). An adapter that is there is"
                    + " replaced at the end.")
    private @Nullable Path out;

    @Option(names = "--resume", description = "Go on with a training that was stopped, where there is one.")
    private boolean resume;

    @Mixin
    private TrainingOptions options;

    @Mixin
    private EngineOptions engine;

    @Mixin
    private Console console;

    @Spec
    private CommandSpec spec;

    @SuppressWarnings("NullAway.Init") // picocli fills in options and mixins
    TrainCommand() {}

    @Override
    public Integer call() {
        TrainingSettings settings = options.settings();
        engine.check();
        Path place = (out == null ? data.usualPlace() : out).normalize();
        requireOwnPlace(place);
        AdapterCard start = start();
        TrainingPlan rows = rows(start).withSettings(settings);
        console.say(data.describe(rows));
        try (TrainingFolder folder = TrainingFolder.open(place)) {
            checkResume(folder, place);
            try (Base open = openBase(rows, start)) {
                int maxLength = start != null
                        ? start.maxLength()
                        : options.maxLength(open.backbone().architecture().positions());
                TrainingPlan plan = Failures.checked(spec, () -> rows.withMaxLength(maxLength));
                try (Training training = Failures.checked(spec, () -> open.prepare(plan))) {
                    return train(open, plan, training, place);
                }
            }
        }
    }

    /** What --from names is replaced on demand alone. */
    private void requireOwnPlace(Path place) {
        if (from != null
                && out == null
                && place.toAbsolutePath().equals(from.toAbsolutePath().normalize())) {
            throw new ParameterException(
                    spec.commandLine(),
                    "%s is what --from trains on; --out %s would replace it".formatted(place, place));
        }
    }

    private @Nullable AdapterCard start() {
        if (from == null) {
            return null;
        }
        for (String option : BROUGHT) {
            if (spec.commandLine().getParseResult().hasMatchedOption(option)) {
                throw new ParameterException(
                        spec.commandLine(),
                        "--from takes this from the adapter in %s; leave %s away".formatted(from, option));
            }
        }
        return AdapterCard.read(from);
    }

    private TrainingPlan rows(@Nullable AdapterCard start) {
        return from == null || start == null
                ? data.read(null)
                        .withMethod(Failures.checked(spec, () -> Methods.union(methods)))
                        .withWords(words)
                : data.read(start.task()).startingFrom(from);
    }

    private Base openBase(TrainingPlan rows, @Nullable AdapterCard start) {
        String usual = start == null ? USUAL_BASE : start.base().name();
        BaseFiles files = EngineOptions.resolve(base == null ? usual : base, console);
        Pooling pooling = start != null ? start.pooling() : rows.hasMask() ? Pooling.MASK : files.pooling();
        return engine.open(files.pooledBy(pooling));
    }

    private void checkResume(TrainingFolder folder, Path place) {
        Path checkpoint = folder.unfinished();
        if (checkpoint != null && !resume) {
            throw new CommandException(
                    "%s holds a training that was stopped: go on with it by --resume, or delete that folder to begin anew"
                            .formatted(folder.path()));
        }
        if (checkpoint == null && resume) {
            console.say("There is no stopped training in " + folder.path() + ": this one begins anew.");
        }
        if (Files.exists(place)) {
            console.say(place + " holds an adapter, which is replaced when this training ends.");
        }
    }

    private int train(Base open, TrainingPlan plan, Training training, Path place) {
        TrainingReport report = new TrainingReport(console, plan, open, training.trainable());
        report.start();
        try (StopSignal stop = new StopSignal(console.err());
                TrainingProgress progress =
                        new TrainingProgress(console, stop, plan.settings().epochs())) {
            try (Training.Outcome outcome = training.run(progress, place)) {
                progress.close();
                if (!outcome.result().finished()) {
                    console.say("Stopped and saved. To go on:");
                    console.say("  " + CommandWords.again(spec, "--resume"));
                    return ExitCode.SOFTWARE;
                }
                outcome.save();
                ObjectNode json = JsonNodeFactory.instance.objectNode();
                report.end(outcome.adapter(), outcome.result(), place, json);
                if (console.json()) {
                    console.print(json);
                }
            }
        }
        return ExitCode.OK;
    }
}
