package dev.graft.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.graft.Base;
import dev.graft.adapter.Adapter;
import dev.graft.adapter.AdapterExport;
import dev.graft.adapter.AdapterExport.Format;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** {@code graft export}: an adapter in the files of PEFT or AdapterHub. */
@Command(
        name = "export",
        description = {
            "Writes an adapter in the files of PEFT or AdapterHub, where that library computes the same.",
            "Where it does not, the export is refused with the reason."
        },
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  graft export --adapter adapters/films --format peft --out films-peft",
            "  graft export --adapter adapters/films --format adapterhub --out films-hub --name films"
        })
final class ExportCommand implements Callable<Integer> {
    @Mixin
    private AdapterOption adapter;

    @Option(
            names = "--format",
            required = true,
            converter = FormatName.class,
            paramLabel = "peft|adapterhub",
            description = "Whose files.")
    private Format format;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "A new directory.")
    private Path out;

    @Option(
            names = "--name",
            defaultValue = "graft",
            paramLabel = "NAME",
            description = "The adapter's name in AdapterHub's files (${DEFAULT-VALUE}).")
    private String name;

    @Mixin
    private Console console;

    @SuppressWarnings("NullAway.Init") // picocli fills in options and mixins
    ExportCommand() {}

    /** Takes the formats in lower case. */
    static final class FormatName implements ITypeConverter<Format> {
        @Override
        public Format convert(String value) {
            return Arrays.stream(Format.values())
                    .filter(format -> format.name().toLowerCase(Locale.ROOT).equals(value))
                    .findFirst()
                    .orElseThrow(() -> new TypeConversionException("expected peft or adapterhub: " + value));
        }
    }

    @Override
    public Integer call() {
        boolean withHead;
        try (Base base = adapter.openBase(console);
                Adapter loaded = base.load(adapter.directory())) {
            withHead = AdapterExport.write(loaded, base.backbone(), format, name, out);
        }
        if (console.json()) {
            console.print(JsonNodeFactory.instance
                    .objectNode()
                    .put("adapter", adapter.directory().toString())
                    .put("format", format.name().toLowerCase(Locale.ROOT))
                    .put("directory", out.toString())
                    .put("head", withHead));
            return ExitCode.OK;
        }
        console.say("%s is written to %s".formatted(adapter.directory(), out));
        if (!withHead) {
            console.say("Its head, which is none that the library has, lies in head.safetensors beside it:"
                    + " compute head.weight and head.bias on the pooled states yourself.");
        }
        return ExitCode.OK;
    }
}
