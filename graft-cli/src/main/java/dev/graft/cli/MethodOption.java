package dev.graft.cli;

import dev.graft.method.Method;
import dev.graft.method.Methods;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a method with its options from one word, such as {@code houlsby:bottleneck=64,layernorm=frozen}, or from a file. */
final class MethodOption implements ITypeConverter<Method> {
    @Override
    public Method convert(String value) {
        try {
            return Methods.read(value);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }
}
