package dev.graft;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.graft.adapter.Adapter;
import dev.graft.data.Row;
import dev.graft.hub.BaseExport;
import dev.graft.hub.BaseFiles;
import dev.graft.hub.Hub;
import dev.graft.method.Methods;
import dev.graft.model.Pooling;
import dev.graft.task.Task;
import dev.graft.tensor.Device;
import dev.graft.tensor.Precision;
import dev.graft.train.TrainingListener;
import dev.graft.train.TrainingSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A directory of any family is a base: it opens, trains, is saved, loaded and exported. */
class AnyFamilyTest {
    private static final Path RESOURCES = Path.of("src/test/resources");
    private static final List<Row> ROWS = List.of(
            new Row(1, "a very good movie", null, "yes"),
            new Row(2, "bad music and an awful plot!", null, "no"),
            new Row(3, "the story was nice", "the actor was good", "yes"),
            new Row(4, "awful", null, "no"));

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "roberta, base/roberta_padded, CLS, <s>, lora",
        "roberta, base/roberta_padded, CLS, <s>, prompt:length=2",
        "albert, base/albert_cls, POOLER, [CLS], lora",
        "albert, base/albert_cls, POOLER, [CLS], houlsby"
    })
    void aDirectoryOfTheFamilyIsABase(String tokenizer, String model, String pooling, String first, String method)
            throws IOException {
        BaseFiles files = directory(tokenizer, model);
        assertThat(files.pooling()).hasToString(pooling);
        TrainingPlan plan = TrainingPlan.of(ROWS, ROWS, Task.guess(List.of("yes", "no")))
                .withMethod(Methods.parse(method))
                .withSettings(TrainingSettings.DEFAULT.withEpochs(1).withLearningRate(1e-2));
        Path out = folder.resolve("adapter");
        Path copy = folder.resolve("copy");
        BaseExport.write(files, copy);
        try (Base base = Base.open(files, Precision.FP32, Device.CPU);
                Base exported = Base.open(Hub.standard().resolve(copy.toString()), Precision.FP32, Device.CPU);
                Training training = base.prepare(plan);
                Training.Outcome outcome = training.run(TrainingListener.SILENT, out)) {
            outcome.save();
            try (Adapter adapter = base.load(out);
                    Adapter again = exported.load(out)) {
                assertThat(exported.outputs(again, ROWS)).isDeepEqualTo(base.outputs(adapter, ROWS));
            }
        }
        JsonNode settings = new JsonMapper().readTree(Files.readString(copy.resolve("tokenizer_config.json")));
        assertThat(settings.path("cls_token").asText()).isEqualTo(first);
        assertThat(settings.path("pad_token").asText()).isEqualTo("<pad>");
        assertThat(settings.path("model_max_length").asInt()).isEqualTo(64);
    }

    /** The words of a byte-level vocabulary have their space in them. */
    @ParameterizedTest
    @CsvSource({"roberta, masked_lm/roberta, good, bad, Ġgood, Ġbad", "albert, masked_lm/albert, a, m, ▁a, ▁m"})
    void aTemplateIsAnsweredInItsWords(
            String tokenizer, String model, String yes, String no, String yesToken, String noToken) throws IOException {
        BaseFiles files = directory(tokenizer, model).pooledBy(Pooling.MASK);
        TrainingPlan plan = TrainingPlan.of(ROWS.subList(0, 2), ROWS.subList(0, 2), Task.guess(List.of("yes", "no")))
                .withMethod(Methods.parse("p-tuning:template=[P] {text} [P] [MASK] ."))
                .withWords(Map.of("yes", yes, "no", no))
                .withSettings(TrainingSettings.DEFAULT.withEpochs(1));
        Path out = folder.resolve("adapter");
        try (Base base = Base.open(files, Precision.FP32, Device.CPU);
                Training training = base.prepare(plan);
                Training.Outcome outcome = training.run(TrainingListener.SILENT, out)) {
            outcome.save();
            assertThat(outcome.adapter().task().labels()).containsExactly("no", "yes");
            assertThat(outcome.adapter().head().words())
                    .containsExactly(
                            base.tokenizer().idOf(noToken), base.tokenizer().idOf(yesToken));
            try (Adapter loaded = base.load(out)) {
                assertThat(base.outputs(loaded, ROWS.subList(0, 2)))
                        .isDeepEqualTo(base.outputs(outcome.adapter(), ROWS.subList(0, 2)));
            }
        }
    }

    private BaseFiles directory(String tokenizer, String model) throws IOException {
        Path directory = Files.createDirectories(folder.resolve("base"));
        for (String file : List.of("config.json", "model.safetensors")) {
            Files.copy(RESOURCES.resolve("golden").resolve(model).resolve(file), directory.resolve(file));
        }
        Files.copy(
                RESOURCES.resolve("tokenizers").resolve(tokenizer).resolve("tokenizer.json"),
                directory.resolve("tokenizer.json"));
        return Hub.standard().resolve(directory.toString());
    }
}
