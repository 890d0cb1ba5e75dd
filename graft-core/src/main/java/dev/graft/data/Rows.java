package dev.graft.data;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Whole sets of rows: read, checked, chosen from, and fingerprinted. All functions are pure but for the reading. */
public final class Rows {
    private static final int MOST_NAMED = 5;

    private Rows() {}

    /** All rows of a file, labelled or not. */
    public static List<Row> readAll(Path file, Columns columns) {
        try (RowReader reader = RowReader.open(file, columns)) {
            return drain(reader);
        }
    }

    /**
     * All rows of a file that must have labels, to train or evaluate on.
     *
     * @throws DataException if no column holds the labels, or rows have none, naming the first five of those
     */
    public static List<Row> readLabelled(Path file, Columns columns) {
        try (RowReader reader = RowReader.open(file, columns)) {
            Layout layout = reader.layout();
            if (layout.label() == null) {
                throw new DataException(file + ": cannot tell which column holds the label. Its columns: "
                        + String.join(", ", layout.names()) + ". Name it with --label");
            }
            List<Row> rows = drain(reader);
            requireLabels(rows, file.toString());
            return rows;
        }
    }

    /**
     * Checks that every row has a label.
     *
     * @param source what to call the rows' file in the message
     */
    public static void requireLabels(List<Row> rows, String source) {
        List<Row> bare = rows.stream().filter(row -> row.label() == null).toList();
        if (!bare.isEmpty()) {
            String lines = bare.stream()
                    .limit(MOST_NAMED)
                    .map(row -> String.valueOf(row.line()))
                    .collect(Collectors.joining(", "));
            throw new DataException("%s: %d of %d rows have no label (line%s %s%s); label them or take them out"
                    .formatted(
                            source,
                            bare.size(),
                            rows.size(),
                            bare.size() == 1 ? "" : "s",
                            lines,
                            bare.size() > MOST_NAMED ? ", ..." : ""));
        }
    }

    /**
     * Chooses rows by a hash of their content, so that the choice depends neither on their order nor on the run.
     * Choosing again from the rest, with the same seed, gives rows that are disjoint from the first.
     *
     * @throws DataException if there are fewer rows than wanted
     */
    public static Choice choose(List<Row> rows, int count, long seed) {
        if (count < 0 || count > rows.size()) {
            throw new DataException("cannot choose " + count + " of " + rows.size() + " rows");
        }
        record Ranked(int index, ContentHash hash) {}
        boolean[] taken = new boolean[rows.size()];
        List<Ranked> ranked = new ArrayList<>(rows.size());
        for (int i = 0; i < rows.size(); i++) {
            ranked.add(new Ranked(i, ContentHash.of(rows.get(i), seed)));
        }
        ranked.stream()
                .sorted(Comparator.comparing(Ranked::hash))
                .limit(count)
                .forEach(one -> taken[one.index()] = true);
        List<Row> chosen = new ArrayList<>(count);
        List<Row> rest = new ArrayList<>(rows.size() - count);
        for (int i = 0; i < taken.length; i++) {
            (taken[i] ? chosen : rest).add(rows.get(i));
        }
        return new Choice(chosen, rest);
    }

    /**
     * What {@link #choose} chose and what it left, each in the order of the rows given.
     */
    public record Choice(List<Row> chosen, List<Row> rest) {
        public Choice {
            chosen = List.copyOf(chosen);
            rest = List.copyOf(rest);
        }
    }

    /**
     * SHA-256, in lower-case hexadecimal, over text, pair and label of all rows in their order: each as the length of
     * its UTF-8 bytes (four bytes, big-endian; -1 for null) and those bytes. Lines do not count, so the same rows from
     * a CSV and a JSONL file have one fingerprint.
     */
    public static String fingerprint(List<Row> rows) {
        MessageDigest digest = ContentHash.sha256();
        for (Row row : rows) {
            update(digest, row.text());
            update(digest, row.pair());
            update(digest, row.label());
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    static void update(MessageDigest digest, @Nullable String value) {
        byte[] bytes = value == null ? new byte[0] : value.getBytes(StandardCharsets.UTF_8);
        digest.update(ByteBuffer.allocate(Integer.BYTES)
                .putInt(value == null ? -1 : bytes.length)
                .array());
        digest.update(bytes);
    }

    private static List<Row> drain(RowReader reader) {
        List<Row> rows = new ArrayList<>();
        reader.forEachRemaining(rows::add);
        return rows;
    }
}
