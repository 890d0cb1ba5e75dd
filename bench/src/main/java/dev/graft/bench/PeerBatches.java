package dev.graft.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.graft.task.Classification;
import dev.graft.text.Encoding;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Graft's own batches as token ids, so that the Python libraries train on the very same ones. */
final class PeerBatches {
    private static final ObjectMapper JSON = new ObjectMapper();

    private PeerBatches() {}

    static void write(Path file, List<int[]> batches, List<Encoding> texts, Workload workload) throws IOException {
        Classification task = (Classification) workload.task();
        ArrayNode all = JSON.createArrayNode();
        for (int[] rows : batches) {
            ObjectNode batch = all.addObject();
            ArrayNode ids = batch.putArray("ids");
            ArrayNode types = batch.putArray("types");
            ArrayNode labels = batch.putArray("labels");
            for (int row : rows) {
                ids.add(JSON.valueToTree(texts.get(row).ids()));
                types.add(JSON.valueToTree(texts.get(row).typeIds()));
                labels.add(task.labels().indexOf(workload.rows().get(row).label()));
            }
        }
        JSON.writeValue(file.toFile(), all);
    }
}
