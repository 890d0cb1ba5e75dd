package dev.graft.data;

import java.util.HashSet;
import java.util.List;

/**
 * Whether a table's first record names its columns. It does when one of its fields is a name that the user gave or a
 * known name. Otherwise it is taken for a header only if nothing speaks against it: it is the first of several records,
 * and all its fields are filled, distinct, short (three words and 40 characters at most, no end of a sentence), not
 * numbers, and none of them comes again in its own column. So {@code great film,positive} is data in a file where
 * another row is positive too; where the guess would be wrong, a header line with {@code text,label} settles it.
 */
final class Header {
    private static final int LONGEST_NAME = 40;
    private static final int MOST_WORDS = 3;

    private Header() {}

    static boolean isHeader(List<List<String>> records, Columns request) {
        List<String> first = records.getFirst();
        if (first.stream().anyMatch(KnownNames::isKnown) || request.named().anyMatch(wanted -> isIn(first, wanted))) {
            return true;
        }
        return records.size() > 1
                && new HashSet<>(first).size() == first.size()
                && first.stream().allMatch(Header::couldBeName)
                && !comesAgain(records);
    }

    private static boolean isIn(List<String> fields, String wanted) {
        return fields.stream().anyMatch(field -> KnownNames.normal(field).equals(KnownNames.normal(wanted)))
                && !isNumber(wanted);
    }

    private static boolean couldBeName(String field) {
        String name = field.strip();
        return !name.isEmpty()
                && name.length() <= LONGEST_NAME
                && name.split("\\s+").length <= MOST_WORDS
                && !name.matches(".*[.?!]")
                && !isNumber(name);
    }

    private static boolean isNumber(String field) {
        return field.strip().matches("[+-]?[0-9]*[.,]?[0-9]+");
    }

    private static boolean comesAgain(List<List<String>> records) {
        List<String> first = records.getFirst();
        for (List<String> row : records.subList(1, records.size())) {
            for (int i = 0; i < Math.min(first.size(), row.size()); i++) {
                if (row.get(i).equals(first.get(i))) {
                    return true;
                }
            }
        }
        return false;
    }
}
