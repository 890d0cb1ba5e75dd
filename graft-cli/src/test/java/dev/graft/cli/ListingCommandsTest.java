package dev.graft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ListingCommandsTest extends CommandTest {
    @Test
    void listsTheBases() throws IOException {
        assertThat(run("bases").out()).contains("minilm").contains("Apache-2.0").contains("bert-base");
        JsonNode json = run("bases", "--json").json();
        assertThat(json.findValuesAsText("name")).contains("minilm", "bge-small", "e5-small", "bert-base");
    }

    @Test
    void exportsABaseThatIsTheSameBase() throws IOException {
        Path copy = folder.resolve("copy");
        assertThat(run("bases", "export", base, copy).err()).isEmpty();
        assertThat(copy.resolve("model.safetensors")).exists();
        assertThat(copy.resolve("tokenizer_config.json")).exists();
        assertThat(Files.readString(copy.resolve("config.json"))).contains("\"graft_pooling\" : \"MEAN\"");
        assertThat(run("predict", "--adapter", trained(), "--base", copy, "good")
                        .exitCode())
                .isZero();
        Result again = run("bases", "export", base, copy);
        assertThat(again.err()).contains("exists already");
        assertThat(again.exitCode()).isEqualTo(1);
    }

    @Test
    void countsTheMethodsOnABase() throws IOException {
        Result people = run("methods", "--base", base);
        assertThat(people.err()).isEmpty();
        assertThat(people.out()).containsPattern("houlsby +\\d+").contains("near the base");
        JsonNode json = run("methods", "--base", base, "--json").json();
        assertThat(json.path(0).path("name").asText()).isEqualTo("houlsby");
        assertThat(json.path(0).path("options").has("bottleneck")).isTrue();
    }

    @Test
    void namesTheBasesWhereOneIsUnknown() {
        Result result = run("methods", "--base", "minilmm");
        assertThat(result.err()).contains("no base 'minilmm'").contains("minilm, bge-small");
        assertThat(result.exitCode()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"train", "eval", "predict", "inspect", "import", "export", "bases", "methods"})
    void helpsWithExamples(String command) {
        Result result = run(command, "--help");
        assertThat(result.exitCode()).isZero();
        assertThat(result.out())
                .contains("Example")
                .contains("graft " + command)
                .contains("--json");
    }

    @Test
    void wantsACommand() {
        Result result = run();
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("--help");
    }
}
