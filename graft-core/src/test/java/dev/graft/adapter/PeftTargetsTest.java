package dev.graft.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import org.junit.jupiter.api.Test;

class PeftTargetsTest {
    private static final List<String> MODULES = List.of(
            "bert.layer.0.self.query", "bert.layer.0.self.key", "bert.layer.1.self.query", "bert.layer.1.self.key");

    private static PeftTargets targets(String config) throws JsonProcessingException {
        return new PeftTargets(new ObjectMapper().readTree(config.replace('\'', '"')));
    }

    private static List<String> hits(String config) throws JsonProcessingException {
        return MODULES.stream().filter(targets(config)::hits).toList();
    }

    @Test
    void anEntryIsTheEndOfAPathAtAPoint() throws JsonProcessingException {
        assertThat(hits("{'target_modules': ['query']}")).containsExactly(MODULES.get(0), MODULES.get(2));
        assertThat(hits("{'target_modules': ['uery']}")).isEmpty();
    }

    @Test
    void aTextIsAPatternForTheWholePath() throws JsonProcessingException {
        assertThat(hits("{'target_modules': '.*0.self.(query|key)'}")).containsExactly(MODULES.get(0), MODULES.get(1));
        assertThat(hits("{'target_modules': 'query'}")).isEmpty();
    }

    @Test
    void layersConfineEndsOnly() throws JsonProcessingException {
        assertThat(hits("{'target_modules': ['key', 'bert.layer.0.self.query'], 'layers_to_transform': 1}"))
                .containsExactly(MODULES.get(0), MODULES.get(3));
        assertThat(hits("{'target_modules': ['key'], 'layers_to_transform': [0], 'layers_pattern': 'layer'}"))
                .containsExactly(MODULES.get(1));
        assertThat(hits("{'target_modules': ['key'], 'layers_to_transform': [0], 'layers_pattern': ['blocks']}"))
                .isEmpty();
    }

    @Test
    void anEntryThatHitsNothingIsNamed() throws JsonProcessingException {
        assertThat(targets("{'target_modules': ['query', 'gate']}").refusal(MODULES))
                .contains("target_modules 'gate' hits no module that Graft changes");
        assertThat(targets("{'target_modules': ['query']}").refusal(MODULES)).isEmpty();
        assertThat(targets("{}").refusal(MODULES)).contains("target_modules is empty");
    }
}
