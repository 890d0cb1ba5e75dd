package dev.graft.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.graft.data.Row;
import dev.graft.task.Classification;
import dev.graft.task.Task;
import dev.graft.train.Encoded;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/** Graft's own rows and batches as token ids, so that the Python libraries get the very same ones. */
final class PeerRows {
    private static final ObjectMapper JSON = new ObjectMapper();

    private PeerRows() {}

    /** The class of each row. */
    static int[] classes(Task task, List<Row> rows) {
        Classification classification = (Classification) task;
        return rows.stream()
                .mapToInt(row -> classification.labels().indexOf(Objects.requireNonNull(row.label())))
                .toArray();
    }

    static void writeBatches(Path file, Encoded texts, int[] labels, List<int[]> batches) throws IOException {
        ArrayNode all = JSON.createArrayNode();
        batches.forEach(rows -> all.add(rows(texts, labels, rows)));
        JSON.writeValue(file.toFile(), all);
    }

    /** All rows of a set, in order. */
    static ObjectNode all(Encoded texts, int[] labels) {
        return rows(texts, labels, IntStream.range(0, labels.length).toArray());
    }

    private static ObjectNode rows(Encoded texts, int[] labels, int[] rows) {
        ObjectNode json = JSON.createObjectNode();
        ArrayNode ids = json.putArray("ids");
        ArrayNode types = json.putArray("types");
        ArrayNode classes = json.putArray("labels");
        for (int row : rows) {
            ids.add(JSON.valueToTree(texts.get(row).ids()));
            types.add(JSON.valueToTree(texts.get(row).typeIds()));
            classes.add(labels[row]);
        }
        return json;
    }
}
