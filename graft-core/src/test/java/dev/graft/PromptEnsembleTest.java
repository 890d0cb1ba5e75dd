package dev.graft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.graft.adapter.Adapter;
import dev.graft.data.Row;
import dev.graft.method.Methods;
import dev.graft.task.Classification;
import dev.graft.task.Prediction;
import dev.graft.tensor.Device;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Precision;
import dev.graft.testing.TinyBase;
import dev.graft.train.TrainingListener;
import dev.graft.train.TrainingSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** T3 of methods.md 16: prompts of one task in one frozen base vote as the single ones say. */
class PromptEnsembleTest {
    private static final List<Row> ROWS = Stream.of("good", "bad", "great", "awful", "fine", "poor", "nice", "nasty")
            .map(word -> new Row(1, "the film was " + word, null, "good great fine nice".contains(word) ? "yes" : "no"))
            .toList();

    @TempDir
    Path directory;

    @Test
    void theMajorityOfThreePromptsAnswers() throws IOException {
        try (Base base = Base.open(TinyBase.write(directory.resolve("base"), 3), Precision.FP32, Device.CPU);
                Adapter one = prompt(base, 1);
                Adapter two = prompt(base, 2);
                Adapter three = prompt(base, 3)) {
            List<Adapter> prompts = List.of(one, two, three);
            List<List<Prediction>> single =
                    prompts.stream().map(prompt -> base.predict(prompt, ROWS)).toList();
            assertThat(single.get(0)).isNotEqualTo(single.get(1));
            List<String> majority = IntStream.range(0, ROWS.size())
                    .mapToObj(row -> single.stream()
                                            .filter(answers ->
                                                    answers.get(row).label().equals("yes"))
                                            .count()
                                    >= 2
                            ? "yes"
                            : "no")
                    .toList();
            assertThat(base.vote(prompts, ROWS)).extracting(Prediction::label).isEqualTo(majority);
            assertThat(base.vote(List.of(two), ROWS)).isEqualTo(single.get(1));
        }
    }

    @Test
    void adaptersOfOtherLabelsDoNotVoteTogether() throws IOException {
        try (Base base = Base.open(TinyBase.write(directory.resolve("base"), 3), Precision.FP32, Device.CPU);
                Adapter one = prompt(base, 1);
                Adapter other = Adapter.create(
                        Methods.parse("prompt:length=2"),
                        new Classification(List.of("a", "b")),
                        base.backbone(),
                        base.name(),
                        base.pooling(),
                        16,
                        1)) {
            assertThatThrownBy(() -> base.vote(List.of(one, other), ROWS))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("[no, yes]")
                    .hasMessageContaining("[a, b]");
            assertThatThrownBy(() -> base.vote(List.of(), ROWS)).hasMessageContaining("at least one adapter");
        }
    }

    /** A prompt that starts from a text, trained from a seed. */
    private Adapter prompt(Base base, long seed) {
        TrainingPlan plan = TrainingPlan.of(ROWS, ROWS, new Classification(List.of("no", "yes")))
                .withMethod(Methods.parse("prompt:length=3,start=text,text=good bad film"))
                .withSettings(TrainingSettings.DEFAULT.withEpochs(2).withSeed(seed));
        Path out = directory.resolve("prompt" + seed);
        try (Training training = base.prepare(plan);
                Training.Outcome outcome = training.run(TrainingListener.SILENT, out)) {
            outcome.save();
        }
        Adapter loaded = base.load(out);
        assertThat(loaded.parameters()).extracting(Parameter::name).contains("embedding.input.prompt");
        return loaded;
    }
}
