package dev.graft.task;

import java.math.BigDecimal;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;

/** Labels that are numbers, written in plain decimal or with an exponent. */
final class Numeric {
    /** Narrower than {@link Double#parseDouble}, which takes "NaN", "1d" and "0x1p3" as well. Exponents are bounded. */
    private static final Pattern NUMBER = Pattern.compile("[+-]?(\\d+(\\.\\d*)?|\\.\\d+)([eE][+-]?\\d{1,3})?");

    private Numeric() {}

    static boolean isNumber(String label) {
        return NUMBER.matcher(label).matches();
    }

    /** Distinct labels in order: by value if all are numbers, else alphabetically. */
    static List<String> ordered(Collection<String> labels) {
        List<String> distinct = labels.stream().distinct().sorted().toList();
        if (!distinct.stream().allMatch(Numeric::isNumber)) {
            return distinct;
        }
        return distinct.stream().sorted(Comparator.comparing(BigDecimal::new)).toList();
    }
}
