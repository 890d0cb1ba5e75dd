package dev.graft.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import dev.graft.model.Architecture;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;

/** AdapterHub's {@code leave_out}: the layers that a method leaves as they are. */
final class KeptLayers {
    private KeptLayers() {}

    /**
     * The layers that are left, in order.
     *
     * @throws IllegalArgumentException where none is
     */
    static List<Integer> of(JsonNode config, Architecture base) {
        JsonNode leaveOut = config.path("leave_out");
        List<Integer> kept = IntStream.range(0, base.layers())
                .filter(layer ->
                        StreamSupport.stream(leaveOut.spliterator(), false).noneMatch(left -> left.asInt(-1) == layer))
                .boxed()
                .toList();
        if (kept.isEmpty()) {
            throw new IllegalArgumentException(
                    "leave_out leaves none of the %d layers: %s".formatted(base.layers(), leaveOut));
        }
        return kept;
    }
}
