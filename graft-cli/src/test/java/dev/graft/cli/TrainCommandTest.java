package dev.graft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrainCommandTest extends CommandTest {
    @Test
    void saysWhatItGuessedWhatTrainsHowItWentAndHowToUseIt() {
        Path out = folder.resolve("adapter");
        Result result = train("--data", data, "--out", out, "--epochs", "2");
        assertThat(result.exitCode()).isZero();
        assertThat(result.out())
                .contains("text = text, label = label")
                .contains("Task    classification: blame ")
                .containsPattern("bottleneck +16 +\\d+ +[\\d.]+ %")
                .containsPattern("epoch +1/2 +loss [\\d.]+ +dev loss [\\d.]+ +accuracy")
                .contains("true \\ predicted")
                .contains("weighted mean")
                .contains("graft predict --adapter " + out + " \"a text\"");
        assertThat(out.resolve("adapter_model.safetensors")).exists();
        assertThat(folder.resolve("adapter.training")).doesNotExist();
    }

    @Test
    void printsNothingButJsonForPrograms() throws IOException {
        Result result = train("--data", data, "--out", folder.resolve("adapter"), "--epochs", "2", "--json");
        assertThat(result.exitCode()).isZero();
        JsonNode json = result.json();
        assertThat(json.path("task").asText()).isEqualTo("classification");
        assertThat(json.path("labels")).hasSize(2);
        assertThat(json.path("epochs")).hasSize(2);
        assertThat(json.path("trainable").path(0).path("group").asText()).isEqualTo("bottleneck");
        assertThat(json.path("dev").path("metrics").path("accuracy").isNumber()).isTrue();
        assertThat(json.path("dev").path("confusion")).hasSize(2);
        assertThat(json.path("bytes").asLong()).isPositive();
        assertThat(result.err()).contains("epoch  1/2");
    }

    @Test
    void answersAtTheMaskOfATemplateWithAWordForEachLabel() {
        Path out = folder.resolve("adapter");
        String method = "p-tuning:template=[P] {text} is [MASK] .";
        Result result = train(
                "--data",
                data,
                "--out",
                out,
                "--epochs",
                "1",
                "--method",
                method,
                "--word",
                "praise=good",
                "--word",
                "blame=bad");
        assertThat(result.err()).doesNotContain("graft:");
        assertThat(result.exitCode()).isZero();
        assertThat(run("predict", "--adapter", out, "the good film").out())
                .startsWith("text,label,p(blame),p(praise)\nthe good film,");
        Result unused = train("--data", data, "--out", out, "--word", "praise=good");
        assertThat(unused.err()).contains("words for labels mean nothing without [MASK]");
        assertThat(unused.exitCode()).isEqualTo(2);
        String wordsAlone = "p-tuning:template={text} is [MASK] .";
        Result nothing = train(
                "--data", data, "--out", out, "--method", wordsAlone, "--word", "praise=good", "--word", "blame=bad");
        assertThat(nothing.err()).contains("p-tuning and the base's own masked-LM head have nothing to train");
        assertThat(nothing.exitCode()).isEqualTo(2);
        Result twoTokens = train("--data", data, "--out", out, "--method", method, "--word", "praise=good film");
        assertThat(twoTokens.err()).contains("'good film' for 'praise' is 2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"houlsby", "prefix:mlp=8", "p-tuning"})
    void trainsAnAdapterOnFromWhereItStands(String method) throws IOException {
        Path first = folder.resolve("first");
        Path further = folder.resolve("further");
        assertThat(train("--data", data, "--out", first, "--epochs", "1", "--lr", "0.01", "--method", method)
                        .exitCode())
                .isZero();
        Path praise = write("praise.csv", "text,label\n" + rows(60).replaceAll(".*blame\n", ""));
        String still = "1e-30"; // so small that no number of full precision changes
        Result result = run(
                "train", "--data", praise, "--dev", data, "--from", first, "--out", further, "--lr", still, "--json");
        assertThat(result.err()).doesNotContain("graft:");
        assertThat(result.json().path("labels")).hasSize(2);
        assertThat(result.json().path("method").path("method").asText()).isEqualTo(method.split(":", 2)[0]);
        assertThat(run("predict", "--adapter", further, "the good film").out())
                .isEqualTo(run("predict", "--adapter", first, "the good film").out());
    }

    @Test
    void refusesToTrainAnAdapterOnAsSomethingElse() throws IOException {
        Path first = trained();
        Result method = run("train", "--data", data, "--from", first, "--method", "lora");
        assertThat(method.err()).contains("--from takes this from the adapter in " + first + "; leave --method away");
        assertThat(method.exitCode()).isEqualTo(2);
        Result itself = run("train", "--data", "films.csv", "--from", "adapters/films");
        assertThat(itself.err())
                .contains("adapters/films is what --from trains on; --out adapters/films would replace it");
        assertThat(itself.exitCode()).isEqualTo(2);
        Path other = write("other.csv", ("text,label\n" + rows(20)).replace(",praise", ",joy"));
        Result label = run("train", "--data", other, "--from", first, "--out", folder.resolve("other"));
        assertThat(label.err()).contains("\"joy\"").contains("blame").contains("praise");
        assertThat(label.exitCode()).isEqualTo(1);
    }

    @Test
    void learnsNumbersAndSetsOfLabels() throws IOException {
        Path stars = write(
                "stars.tsv",
                ("text\tstars\n" + rows(40))
                        .replace("\",praise", "\t4.5")
                        .replace("\",blame", "\t1.5")
                        .replace("\"", ""));
        Result numbers = train("--data", stars, "--out", folder.resolve("stars"), "--epochs", "1");
        assertThat(numbers.err()).isEmpty();
        assertThat(numbers.out()).contains("Task    regression").contains("correlation");
        Path tags = write("tags.csv", ("text,label\n" + rows(40)).replace(",praise", ",good|new"));
        Result sets = train("--data", tags, "--out", folder.resolve("tags"), "--epochs", "1");
        assertThat(sets.err()).isEmpty();
        assertThat(sets.out()).contains("Task    multi-label: blame, good, new").contains("micro-f1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "--method|nothing|no method 'nothing'; the methods are houlsby, pfeiffer",
                "--method|houlsby:width=3|houlsby has no option 'width'; it has bottleneck",
                "--method|lora:rank=0|rank must be >= 1: 0",
                "--method|top-k:k=9|k must be at most the 2 layers of this base: 9",
                "--epochs|0|epochs must be >= 1: 0",
                "--lr|much|'much' is not a double",
                "--dtype|fp8|dtype must be fp32, bf16 or auto: fp8",
                "--device|tpu|device must be cpu, cuda, cuda:N or auto: tpu",
                "--task|guess|expected classification, regression, multi-label: guess",
                "--max-length|41|--max-length must be at most 40 with this base: 41",
                "--max-length|1|max length must be >= 2: 1",
                "--speed|3|Unknown option"
            })
    void refusesWrongUsage(String option, String value, String message) {
        Result result = train("--data", data, "--out", folder.resolve("adapter"), option, value);
        assertThat(result.err())
                .contains(message)
                .contains("See graft train --help")
                .doesNotContain("\tat ");
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(folder.resolve("adapter.training")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''|is empty",
                "text,label\\n|and no rows",
                "text,label\\ngood,a\\nbad,a\\n|only one class",
                "text,label\\ngood,a\\nbad,\\n|1 of 2 rows have no label (line 3)",
                "a,b,c\\n1,2,3\\n|cannot tell which column holds",
                "text,label\\n\"good,a\\n|closing quote is missing"
            })
    void saysWhatIsWrongWithData(String content, String message) throws IOException {
        Path broken = write("broken.csv", content.replace("\\n", "\n"));
        Result result = train("--data", broken, "--out", folder.resolve("adapter"));
        assertThat(result.err()).startsWith("error: ").contains(message).doesNotContain("\tat ");
        assertThat(result.exitCode()).isEqualTo(1);
    }

    @Test
    void namesTheDevRowWhoseLabelIsNew() throws IOException {
        Path dev = write("dev.csv", "text,label\nthe film,prase\n");
        Result result = train("--data", data, "--dev", dev, "--out", folder.resolve("adapter"));
        assertThat(result.err()).contains("dev row in line 2").contains("prase").contains("praise");
        assertThat(result.exitCode()).isEqualTo(1);
    }

    @Test
    void refusesAPlaceBeforeTraining() throws IOException {
        Path file = write("file", "");
        Path foreign = Files.createDirectories(folder.resolve("photos"));
        Files.writeString(foreign.resolve("cat.jpg"), "");
        for (Path place : List.of(file, file.resolve("below"), foreign)) {
            Result result = train("--data", data, "--out", place);
            assertThat(result.exitCode()).isEqualTo(1);
            assertThat(result.err()).contains("choose a").doesNotContain("\tat ");
            assertThat(result.out()).doesNotContain("epoch");
        }
    }

    @Test
    void refusesASecondTrainingIntoOnePlace() throws IOException {
        Path training = Files.createDirectories(folder.resolve("adapter.training"));
        try (FileChannel channel = FileChannel.open(
                        training.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            Result result = train("--data", data, "--out", folder.resolve("adapter"));
            assertThat(lock.isValid()).isTrue();
            assertThat(result.err()).contains("another training into").contains("is running");
            assertThat(result.exitCode()).isEqualTo(1);
        }
    }

    @Test
    void replacesAnAdapterOnlyAtTheEnd() {
        Path adapter = trained();
        Result result = train("--data", data, "--out", adapter, "--epochs", "1");
        assertThat(result.exitCode()).isZero();
        assertThat(result.out()).contains("holds an adapter, which is replaced when this training ends");
    }

    /** A process of its own, because only that can be interrupted. */
    @Test
    void goesOnAfterAnInterruptToTheSameBytes() throws Exception {
        List<String> settings = List.of("--data", data.toString(), "--epochs", "60", "--patience", "0");
        Path stopped = folder.resolve("stopped");
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Graft.class.getName(),
                "train",
                "--base",
                base.toString(),
                "--batch",
                "8",
                "--out",
                stopped.toString()));
        command.addAll(settings);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        List<String> lines = new ArrayList<>();
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                lines.add(line);
                if (line.startsWith("epoch  2/60")) {
                    process.toHandle().destroy();
                }
            }
        }
        assertThat(process.waitFor())
                .as("the exit code of the signal: %s", lines)
                .isEqualTo(143);
        assertThat(lines)
                .contains("Stopped and saved. To go on:")
                .last()
                .asString()
                .endsWith(" --resume");
        assertThat(stopped).doesNotExist();
        List<Object> resume = new ArrayList<>(settings);
        resume.addAll(List.of("--out", stopped));
        Result refused = train(resume.toArray());
        assertThat(refused.err()).contains("go on with it by --resume, or delete that folder");
        resume.add("--resume");
        assertThat(train(resume.toArray()).exitCode()).isZero();

        List<Object> whole = new ArrayList<>(settings);
        whole.addAll(List.of("--out", folder.resolve("whole")));
        assertThat(train(whole.toArray()).exitCode()).isZero();
        String tensors = "adapter_model.safetensors";
        assertThat(stopped.resolve(tensors))
                .hasSameBinaryContentAs(folder.resolve("whole").resolve(tensors));
    }
}
