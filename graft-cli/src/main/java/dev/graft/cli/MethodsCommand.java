package dev.graft.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.graft.Base;
import dev.graft.hub.Hub;
import dev.graft.method.Axes;
import dev.graft.method.Method;
import dev.graft.method.Methods;
import dev.graft.model.Architecture;
import dev.graft.tensor.Device;
import dev.graft.tensor.Precision;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code graft methods}: what can be trained, and how much that is on a base. */
@Command(
        name = "methods",
        description = {
            "Lists the methods: what each trains on a base, besides the head, with which learning rate, where it acts and"
                    + " how it starts.",
            "Options are written behind the name: --method houlsby:bottleneck=64,layernorm=frozen"
        },
        sortOptions = false,
        footer = {"", "Examples:", "  graft methods", "  graft methods --base bert-base --json"})
final class MethodsCommand implements Callable<Integer> {
    private static final String USUAL_BASE = "minilm";

    /** Characters of a column of words: wide enough for most of them, and the table fits a screen. */
    private static final int WIDTH = 16;

    @Option(
            names = "--base",
            paramLabel = "NAME|DIR",
            description = "The base to count for (" + USUAL_BASE + ", where it is fetched already).")
    private @Nullable String base;

    @Mixin
    private Console console;

    @SuppressWarnings("NullAway.Init") // picocli fills in options and mixins
    MethodsCommand() {}

    /**
     * A line of the table.
     *
     * @param parameters null where no base is at hand, or the method does not fit it
     */
    private record Line(
            Method method,
            @Nullable Long parameters,
            @Nullable Double rate,
            long whole) {
        static Line of(Method method, @Nullable Architecture base) {
            if (base == null) {
                return new Line(method, null, null, 0);
            }
            try {
                return new Line(method, method.parameters(base), method.learningRate(base), base.elements());
            } catch (IllegalArgumentException e) {
                return new Line(method, null, null, base.elements());
            }
        }

        ObjectNode json() {
            ObjectNode json = JsonNodeFactory.instance.objectNode();
            json.put("name", method.name());
            Axes axes = method.axes();
            json.putObject("axes")
                    .put("where", axes.where())
                    .put("what", axes.what())
                    .put("reads", axes.reads())
                    .put("joins", axes.joins())
                    .put("start", axes.start());
            ObjectNode options = Methods.toJson(method);
            options.remove("method");
            json.put("mergeable", method.merges());
            json.set("options", options);
            json.put("parameters", parameters).put("learningRate", rate);
            return json;
        }
    }

    @Override
    public Integer call() {
        String name = base == null && Hub.standard().isCached(USUAL_BASE) ? USUAL_BASE : base;
        Architecture architecture = name == null ? null : architecture(name);
        List<Line> lines = Methods.all().stream()
                .map(method -> Line.of(method, architecture))
                .toList();
        if (console.json()) {
            ArrayNode json = JsonNodeFactory.instance.arrayNode();
            lines.forEach(line -> json.add(line.json()));
            console.print(json);
            return ExitCode.OK;
        }
        Table table = new Table(
                "Method", "parameters", "of the base", "lr", "where", "what", "reads", "joins", "start", "merges");
        for (Line line : lines) {
            Axes axes = line.method().axes();
            table.row(
                    line.method().name(),
                    line.parameters() == null ? "-" : Table.count(line.parameters()),
                    line.parameters() == null ? "-" : Table.share(line.parameters(), line.whole()),
                    line.rate() == null ? "-" : Table.number(line.rate()),
                    Table.wrapped(axes.where(), WIDTH),
                    Table.wrapped(axes.what(), WIDTH),
                    Table.wrapped(axes.reads(), WIDTH),
                    Table.wrapped(axes.joins(), WIDTH),
                    Table.wrapped(axes.start(), WIDTH),
                    line.method().merges() ? "yes" : "no");
        }
        console.say(table.lines());
        console.say("");
        console.say(
                name == null
                        ? "Counted for no base: name one with --base, or fetch " + USUAL_BASE + " first."
                        : "Counted on " + name + ", without the head.");
        return ExitCode.OK;
    }

    private Architecture architecture(String name) {
        try (Base open = Base.open(EngineOptions.resolve(name, console), Precision.FP32, Device.CPU)) {
            return open.backbone().architecture();
        }
    }
}
