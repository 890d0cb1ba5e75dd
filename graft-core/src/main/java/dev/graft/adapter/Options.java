package dev.graft.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which options of a library's configuration Graft computes. An option that is neither named here nor off (null, false, zero
 * or empty) could change the numbers in a way that is not built, so it is refused.
 *
 * @param free options that are read, or that change nothing once an adapter is trained
 * @param only options that must have one of the values, where they are there
 */
record Options(Set<String> free, Map<String, Set<Object>> only) {
    /** Why the configuration cannot be computed: every option that is in the way; empty where none is. */
    Optional<String> refusal(JsonNode config) {
        List<String> refused = new ArrayList<>();
        config.fields().forEachRemaining(option -> {
            if (!isComputed(option.getKey(), option.getValue())) {
                refused.add(option.getKey() + "=" + option.getValue());
            }
        });
        return refused.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", refused) + " is not built yet");
    }

    private boolean isComputed(String option, JsonNode value) {
        if (free.contains(option)) {
            return true;
        }
        Set<Object> values = only.get(option);
        return values == null ? isOff(value) : values.contains(plain(value));
    }

    private static boolean isOff(JsonNode value) {
        return value.isNull()
                || value.isBoolean() && !value.booleanValue()
                || value.isNumber() && value.doubleValue() == 0
                || value.isContainerNode() && value.isEmpty();
    }

    private static Object plain(JsonNode value) {
        return value.isBoolean() ? value.booleanValue() : value.isNumber() ? value.doubleValue() : value.asText();
    }
}
