package dev.graft.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** How predictions are written. */
enum AnswerFormat {
    CSV,
    JSONL,
    /** For people, on a terminal. */
    TABLE;

    /** Reads the formats that a user may ask for. */
    static final class Name implements ITypeConverter<AnswerFormat> {
        @Override
        public AnswerFormat convert(String value) {
            return switch (value) {
                case "csv" -> CSV;
                case "jsonl" -> JSONL;
                default -> throw new TypeConversionException("expected csv or jsonl: " + value);
            };
        }
    }
}
