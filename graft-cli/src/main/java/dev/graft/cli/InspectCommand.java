package dev.graft.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.graft.weights.TensorInfo;
import dev.graft.weights.TensorSource;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code graft inspect}: what is in an adapter, a base, or a file of tensors. */
@Command(
        name = "inspect",
        description = {
            "Shows what is in a place: its kind, its base and training record where it has them, and every tensor.",
            "Reads adapters of Graft, PEFT and AdapterHub, bases, and files of safetensors, PyTorch, ONNX and TensorFlow."
        },
        sortOptions = false,
        footer = {"", "Examples:", "  graft inspect adapters/tickets", "  graft inspect model.safetensors --json"})
final class InspectCommand implements Callable<Integer> {
    @Parameters(paramLabel = "PATH", description = "A directory or a file.")
    private Path path;

    @Mixin
    private Console console;

    @SuppressWarnings("NullAway.Init") // picocli fills in options and mixins
    InspectCommand() {}

    @Override
    public Integer call() {
        Inspection inspection = Inspection.of(path);
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("path", path.toString()).put("kind", inspection.kind());
        json.set("description", inspection.description());
        if (!console.json()) {
            console.say("Kind    " + inspection.kind());
            console.say(inspection.facts());
        }
        ArrayNode files = json.putArray("files");
        for (Path file : inspection.tensorFiles()) {
            try (TensorSource source = TensorSource.open(file)) {
                if (console.json()) {
                    add(source, files.addObject());
                } else {
                    show(source);
                }
            }
        }
        if (console.json()) {
            console.print(json);
        }
        return ExitCode.OK;
    }

    private void show(TensorSource source) {
        List<TensorInfo> tensors = source.tensors();
        Table table = new Table("Tensor", "type", "shape");
        tensors.forEach(tensor -> table.row(tensor.name(), type(tensor), shape(tensor)));
        console.say("");
        console.say(source.file()
                + (source.metadata().isEmpty()
                        ? ""
                        : " (" + shortened(source.metadata().toString()) + ")"));
        console.say(table.lines());
        console.say("%d tensors, %s numbers, %s"
                .formatted(tensors.size(), Table.count(numbers(tensors)), Table.bytes(bytes(tensors))));
    }

    private static void add(TensorSource source, ObjectNode json) {
        json.put("file", source.file().toString());
        source.metadata().forEach(json.putObject("metadata")::put);
        json.put("elements", numbers(source.tensors())).put("bytes", bytes(source.tensors()));
        ArrayNode tensors = json.putArray("tensors");
        for (TensorInfo tensor : source.tensors()) {
            ObjectNode entry = tensors.addObject().put("name", tensor.name()).put("dtype", type(tensor));
            tensor.shape().forEach(entry.putArray("shape")::add);
        }
    }

    private static String type(TensorInfo tensor) {
        return tensor.dtype().name().toLowerCase(Locale.ROOT);
    }

    private static String shape(TensorInfo tensor) {
        return tensor.shape().stream().map(String::valueOf).collect(Collectors.joining(" x "));
    }

    private static long numbers(List<TensorInfo> tensors) {
        return tensors.stream().mapToLong(TensorInfo::elements).sum();
    }

    private static long bytes(List<TensorInfo> tensors) {
        return tensors.stream().mapToLong(TensorInfo::byteSize).sum();
    }

    private static String shortened(String text) {
        return text.length() <= Console.width() ? text : text.substring(0, Console.width() - 3) + "...";
    }
}
