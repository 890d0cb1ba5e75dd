package dev.graft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.graft.testing.TinyBase;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is done with a trained adapter: judging, predicting, looking into it. */
class UsingCommandsTest extends CommandTest {
    Path adapter;

    @BeforeEach
    void trainAnAdapter() {
        adapter = trained();
    }

    @Test
    void judges() throws IOException {
        Result people = run("eval", "--adapter", adapter, "--data", data);
        assertThat(people.exitCode()).isZero();
        assertThat(people.out())
                .contains("accuracy")
                .contains("true \\ predicted")
                .contains("macro mean");
        JsonNode json =
                run("eval", "--adapter", adapter, "--data", data, "--json").json();
        assertThat(json.path("rows").asInt()).isEqualTo(60);
        assertThat(json.path("metrics").path("accuracy").isNumber()).isTrue();
        assertThat(json.path("classes")).hasSize(2);
    }

    @Test
    void namesTheLineWhoseLabelTheAdapterDoesNotHave() throws IOException {
        Path test = write("test.csv", "text,label\ngood,praise\nbad,blam\n");
        Result result = run("eval", "--adapter", adapter, "--data", test);
        assertThat(result.err()).contains("test.csv, line 3").contains("blam");
        assertThat(result.exitCode()).isEqualTo(1);
    }

    @Test
    void answersArguments() {
        Result result = run("predict", "--adapter", adapter, "the good film", "bad, \"awful\"");
        assertThat(result.exitCode()).isZero();
        List<String> lines = result.out().lines().toList();
        assertThat(lines).hasSize(3);
        assertThat(lines.get(0)).isEqualTo("text,label,p(blame),p(praise)");
        assertThat(lines.get(1)).matches("the good film,(praise|blame),0\\.\\d{6},0\\.\\d{6}");
        assertThat(lines.get(2)).startsWith("\"bad, \"\"awful\"\"\",");
    }

    @Test
    void answersByMajorityOfSeveralAdapters() throws IOException {
        Result one = run("predict", "--adapter", adapter, "the good film");
        assertThat(run("predict", "--adapter", adapter, "--adapter", adapter, "--adapter", adapter, "the good film")
                        .out())
                .isEqualTo(one.out());
        Path others = write(
                "others.csv", "text,label\n" + rows(60).replace("praise", "yes").replace("blame", "no"));
        Path other = folder.resolve("other-task");
        assertThat(train("--data", others, "--out", other, "--epochs", "1").exitCode())
                .isZero();
        Result refused = run("predict", "--adapter", adapter, "--adapter", other, "the good film");
        assertThat(refused.err()).contains("other-task").contains("no, yes").contains("blame, praise");
        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(run("eval", "--adapter", adapter, "--adapter", other, "--data", data)
                        .err())
                .contains("only predict takes several");
    }

    @Test
    void answersAFileInItsOrderAndWritesTheAnswersWhole() throws IOException {
        Path answers = folder.resolve("answers.jsonl");
        Path many = write("many.csv", "text,label\n" + rows(1500));
        Result result = run("predict", "--adapter", adapter, "--data", many, "--out", answers);
        assertThat(result.err()).isEmpty();
        List<String> lines = Files.readAllLines(answers);
        assertThat(lines).hasSize(1500);
        JsonNode last = new ObjectMapper().readTree(lines.getLast());
        assertThat(last.path("text").asText()).isEqualTo("the awful film" + " a".repeat(1499 % 13));
        assertThat(last.path("probabilities").path("praise").asDouble()
                        + last.path("probabilities").path("blame").asDouble())
                .isBetween(0.99999, 1.00001);
    }

    @Test
    void leavesTheAnswersOfBeforeWhenARowIsBroken() throws IOException {
        Path answers = write("answers.csv", "of before");
        Path broken = write("broken.csv", "text,label\ngood,praise\nbad\n");
        Result result = run("predict", "--adapter", adapter, "--data", broken, "--out", answers);
        assertThat(result.err()).contains("broken.csv, line 3");
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(answers).hasContent("of before");
    }

    @Test
    void answersLinesOfStandardInput() {
        InputStream before = System.in;
        try {
            System.setIn(new ByteArrayInputStream("the good film\nthe bad film 🎬\n".getBytes(StandardCharsets.UTF_8)));
            Result result = run("predict", "--adapter", adapter);
            assertThat(result.out().lines()).hasSize(3).last().asString().startsWith("the bad film 🎬,");
        } finally {
            System.setIn(before);
        }
    }

    @Test
    void refusesTwoKindsOfTexts() {
        Result result = run("predict", "--adapter", adapter, "good", "--data", data);
        assertThat(result.err()).contains("not both");
        assertThat(result.exitCode()).isEqualTo(2);
    }

    @Test
    void refusesAnotherBase() throws IOException {
        Path other = folder.resolve("other");
        TinyBase.write(other, 2);
        Result result = run("predict", "--adapter", adapter, "--base", other, "good");
        assertThat(result.err()).contains("other weights").contains("fingerprint");
        assertThat(result.exitCode()).isEqualTo(1);
    }

    @Test
    void looksIntoAnAdapter() throws IOException {
        Result people = run("inspect", adapter);
        assertThat(people.out())
                .contains("Graft adapter")
                .contains("Task    classification: blame, praise")
                .containsPattern("layer\\.0\\.attention\\.bottleneck\\.down\\.weight +float32 +1 x 16")
                .contains("best epoch");
        JsonNode json = run("inspect", adapter, "--json").json();
        assertThat(json.path("description").path("training").path("trainRows").asInt())
                .isPositive();
        assertThat(json.path("files").path(0).path("tensors").size()).isGreaterThan(10);
    }

    @Test
    void looksIntoABaseAFileAndNothing() {
        assertThat(run("inspect", base).out()).contains("Kind    base").contains("embeddings.word_embeddings.weight");
        assertThat(run("inspect", base.resolve("model.safetensors")).out())
                .containsPattern("[\\d,]+ numbers, [\\d.]+ kB");
        Result nothing = run("inspect", folder.resolve("nothing"));
        assertThat(nothing.err()).contains("there is no such file or directory");
        assertThat(nothing.exitCode()).isEqualTo(1);
    }
}
