package dev.graft.cli;

import java.util.List;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Takes the names of tasks, and no others. */
final class TaskName implements ITypeConverter<String> {
    private static final List<String> NAMES = List.of("classification", "regression", "multi-label");

    @Override
    public String convert(String value) {
        if (!NAMES.contains(value)) {
            throw new TypeConversionException("expected " + String.join(", ", NAMES) + ": " + value);
        }
        return value;
    }
}
