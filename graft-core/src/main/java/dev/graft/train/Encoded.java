package dev.graft.train;

import dev.graft.data.Row;
import dev.graft.model.Batch;
import dev.graft.tensor.Device;
import dev.graft.text.Encoding;
import dev.graft.text.Template;
import dev.graft.text.Tokenizer;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Rows as token ids, each encoded once. Immutable. */
public final class Encoded {
    private final List<Encoding> encodings;
    private final int padId;

    private Encoded(List<Encoding> encodings, int padId) {
        this.encodings = encodings;
        this.padId = padId;
    }

    /**
     * Encodes every row.
     *
     * @param maxLength the longest text in tokens; longer ones are cut
     */
    public static Encoded of(List<Row> rows, Tokenizer tokenizer, int maxLength) {
        return of(rows, tokenizer, maxLength, null);
    }

    /**
     * Encodes every row as a template writes it.
     *
     * @param maxLength the longest text in tokens; longer ones are cut
     * @param template in {@link Template}'s form, or null for the rows as they are
     */
    public static Encoded of(List<Row> rows, Tokenizer tokenizer, int maxLength, @Nullable String template) {
        if (template != null) {
            Template parsed = Template.parse(template);
            return new Encoded(
                    rows.stream()
                            .map(row -> parsed.render(row.text(), row.pair(), tokenizer, maxLength))
                            .toList(),
                    tokenizer.padId());
        }
        List<String> texts = rows.stream().map(Row::text).toList();
        List<String> pairs =
                rows.stream().map(Row::pair).filter(Objects::nonNull).toList();
        boolean mixed = !pairs.isEmpty() && pairs.size() < rows.size();
        List<Encoding> encodings = mixed
                ? rows.stream()
                        .map(row -> tokenizer.encode(row.text(), row.pair(), maxLength))
                        .toList()
                : tokenizer.encodeAll(texts, pairs.isEmpty() ? null : pairs, maxLength);
        return new Encoded(encodings, tokenizer.padId());
    }

    /** The number of rows. */
    public int size() {
        return encodings.size();
    }

    /** The number of tokens of each row. */
    public int[] lengths() {
        return encodings.stream().mapToInt(Encoding::length).toArray();
    }

    /** One row. */
    public Encoding get(int row) {
        return encodings.get(row);
    }

    /** Some rows as one batch; its tensors belong to the innermost scope. */
    public Batch batch(int[] rows, Device device) {
        return Batch.of(
                Arrays.stream(rows).mapToObj(row -> encodings.get(row).ids()).toList(),
                Arrays.stream(rows)
                        .mapToObj(row -> encodings.get(row).typeIds())
                        .toList(),
                Arrays.stream(rows).mapToObj(row -> encodings.get(row).marks()).toList(),
                padId,
                device);
    }
}
