package dev.graft.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OptionsTest {
    private static final Options OPTIONS =
            new Options(Set.of("r"), Map.of("scaling", Set.of(1.0), "mode", Set.of("add")));

    private static Optional<String> refusal(String config) throws JsonProcessingException {
        return OPTIONS.refusal(new ObjectMapper().readTree(config.replace('\'', '"')));
    }

    @Test
    void whatIsOffOrKnownIsComputed() throws JsonProcessingException {
        assertThat(refusal("{'r': 4, 'scaling': 1, 'mode': 'add', 'a': null, 'b': false, 'c': 0.0, 'd': [], 'e': {}}"))
                .isEmpty();
    }

    @Test
    void anyOtherOptionIsRefusedByName() throws JsonProcessingException {
        assertThat(refusal("{'scaling': 4.0, 'gated': true, 'mode': 'scale'}"))
                .contains("scaling=4.0, gated=true, mode=\"scale\" is not built yet");
        assertThat(refusal("{'new_option': 'x'}")).contains("new_option=\"x\" is not built yet");
    }
}
