package dev.graft.cli;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** A table of text: a header and rows of cells. Columns of numbers are set to the right, long words are set in several lines. */
final class Table {
    private final List<String[]> rows = new ArrayList<>();

    Table(String... header) {
        rows.add(header);
    }

    Table row(Object... cells) {
        String[][] parts = Arrays.stream(cells)
                .map(cell -> String.valueOf(cell).split("\n"))
                .toArray(String[][]::new);
        int lines = Arrays.stream(parts).mapToInt(part -> part.length).max().orElse(0);
        for (int i = 0; i < lines; i++) {
            int line = i;
            rows.add(Arrays.stream(parts)
                    .map(part -> line < part.length ? part[line] : "")
                    .toArray(String[]::new));
        }
        return this;
    }

    /** A text in lines of at most so many characters, where its words allow it. */
    static String wrapped(String text, int width) {
        return text.replaceAll("(.{1," + width + "})(?: +|$)", "$1\n");
    }

    List<String> lines() {
        int columns = rows.getFirst().length;
        StringBuilder[] lines = rows.stream().map(row -> new StringBuilder()).toArray(StringBuilder[]::new);
        for (int column = 0; column < columns; column++) {
            int c = column;
            int width = rows.stream().mapToInt(row -> length(row[c])).max().orElse(0);
            boolean numbers = rows.stream().skip(1).allMatch(row -> row[c].matches("([-\\d.,]+( ?[%kMG]B?)?)?"));
            for (int i = 0; i < lines.length; i++) {
                String cell = rows.get(i)[c];
                String space = " ".repeat(width - length(cell));
                lines[i].append(c == 0 ? "" : "  ").append(numbers ? space + cell : cell + space);
            }
        }
        return Arrays.stream(lines).map(line -> line.toString().stripTrailing()).toList();
    }

    private static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    /** A count as people read it: {@code 1,234,567}. */
    static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** A number to four digits, written out: {@code 0.00005}. */
    static String number(double number) {
        return new BigDecimal(number, new MathContext(4)).stripTrailingZeros().toPlainString();
    }

    /** A part of a whole: {@code 1.37 %}. */
    static String share(long part, long whole) {
        return String.format(Locale.ROOT, "%.2f %%", 100.0 * part / whole);
    }

    /** A size of a file: {@code 1.3 MB}. */
    static String bytes(long bytes) {
        if (bytes < 1000) {
            return bytes + " B";
        }
        double size = bytes / 1000.0;
        String unit = "kB";
        for (String larger : List.of("MB", "GB")) {
            if (size >= 1000) {
                size /= 1000;
                unit = larger;
            }
        }
        return String.format(Locale.ROOT, "%.1f %s", size, unit);
    }
}
