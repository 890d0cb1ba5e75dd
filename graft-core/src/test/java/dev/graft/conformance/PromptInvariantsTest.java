package dev.graft.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.graft.adapter.Adapter;
import dev.graft.method.Initializer;
import dev.graft.method.Method;
import dev.graft.method.Methods;
import dev.graft.method.Words;
import dev.graft.model.Backbone;
import dev.graft.model.Batch;
import dev.graft.model.Delta;
import dev.graft.model.Deltas;
import dev.graft.model.Embedded;
import dev.graft.model.EmbeddingDelta;
import dev.graft.model.Hidden;
import dev.graft.model.Mode;
import dev.graft.model.Pass;
import dev.graft.model.Site;
import dev.graft.model.Site.Embedding.Stage;
import dev.graft.task.Classification;
import dev.graft.tensor.Device;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Scope;
import dev.graft.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** T1, T5, T6, T7 of methods.md 16, and the other starts. */
@OnAllBackbones
class PromptInvariantsTest {
    private final BackboneUnderTest backbone;

    PromptInvariantsTest(BackboneUnderTest backbone) {
        this.backbone = backbone;
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"before_cls, 40 41 2 17 45 3", "after_cls, 2 40 41 17 45 3"})
    void aPromptOfWordsIsThoseWords(String place, String sameText) {
        int[] text = {2, 17, 45, 3};
        int[] spelledOut =
                Arrays.stream(sameText.split(" ")).mapToInt(Integer::parseInt).toArray();
        try (Specimen specimen = Specimen.fresh(Methods.parse("prompt:length=2,place=" + place), backbone)) {
            Backbone base = specimen.base();
            Tensor words = Tensor.of(new long[] {40, 41}, 2);
            specimen.parameter("embedding.input.prompt")
                    .assign(base.tensor("embedding.word.weight").indexSelect(0, words));
            Hidden prompted = specimen.forward(batch(text), Mode.EVALUATION);
            assertThat(Texts.flat(prompted))
                    .containsExactly(Texts.flat(base.forward(batch(spelledOut), Deltas.NONE, Mode.EVALUATION)));
            assertThat(prompted.text().sum().item()).isEqualTo(text.length);
        }
    }

    private static Batch batch(int[] text) {
        return Batch.of(List.of(text), List.of(new int[text.length]), 0, Device.CPU);
    }

    @Test
    void theFirstWordsAreCommonOnesAndNoneComesTwice() {
        Sizes manyWords = new Sizes(1, 4, 1, 4, 9000, 8, 1, false);
        try (Scope scope = Scope.open();
                Backbone base = TinyBert.open(manyWords)) {
            Map<List<Double>, Integer> words = rows(base.tensor("embedding.word.weight"));
            Method method = Methods.parse("prompt:length=1000");
            Deltas deltas = new Deltas(method.deltas(base.architecture(), new Initializer(base, 1)));
            Parameter prompt = deltas.parameters().getFirst();
            Map<List<Double>, Integer> drawn = rows(prompt.value());
            assertThat(drawn).hasSize(1000);
            assertThat(drawn.keySet())
                    .allSatisfy(row -> assertThat(words.get(row)).isBetween(1996, 1996 + 4999));
            prompt.close();
        }
    }

    @Test
    void aStartFromLabelsIsTheMeanOfEachLabelsTokensAndThenWords() {
        try (Scope scope = Scope.open()) {
            Tensor prompt = start("prompt:length=4,start=labels", "refund", "late parcel");
            Tensor words = backbone.base().tensor("embedding.word.weight");
            assertThat(prompt.select(0, 0).toDoubles())
                    .containsExactly(words.select(0, 21).toDoubles());
            double[] late = words.select(0, 30).toDoubles();
            double[] parcel = words.select(0, 31).toDoubles();
            assertThat(prompt.select(0, 1).toDoubles())
                    .containsExactly(IntStream.range(0, late.length)
                            .mapToDouble(i -> (late[i] + parcel[i]) / 2)
                            .toArray());
            assertThat(rows(words)).containsKeys(row(prompt, 2), row(prompt, 3));
            assertThat(row(prompt, 2)).isNotEqualTo(row(prompt, 3));
        }
    }

    @Test
    void aStartFromATextRepeatsItsTokensOrCutsThemOff() {
        try (Scope scope = Scope.open()) {
            Tensor words = backbone.base().tensor("embedding.word.weight");
            Tensor prompt = start("prompt:length=3,start=text,text=late parcel");
            List<Integer> ids = IntStream.range(0, 3)
                    .mapToObj(i -> rows(words).get(row(prompt, i)))
                    .toList();
            assertThat(ids).containsExactly(30, 31, 30);
            Tensor cut = start("prompt:length=1,start=text,text=late parcel");
            assertThat(row(cut, 0)).isEqualTo(row(prompt, 0));
        }
    }

    @Test
    void aRandomStartIsUniformBelowOneHalf() {
        try (Scope scope = Scope.open()) {
            double[] values = start("prompt:length=500,start=random").toDoubles();
            assertThat(Arrays.stream(values).map(Math::abs).max().orElseThrow()).isBetween(0.499, 0.5);
            double square = Arrays.stream(values).map(x -> x * x).average().orElseThrow();
            assertThat(square).isCloseTo(1.0 / 12, within(0.003)); // 2.3 e-3 is two and a half deviations of 8000 draws
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            prompt:length=1,start=labels                | length must be >= 2: 1
            prompt:length=2,start=text                  | needs a text
            prompt:length=2,text=good                   | text means nothing without start=text
            prompt:length=2,start=text,text=?           | no words to start from in '?'
            prompt:length=2,start=words                 | RANDOM, TEXT, VOCABULARY
            """)
    void aStartThatCannotBeIsRefused(String method, String reason) {
        assertThatThrownBy(() -> start(method, "refund", "late parcel"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void aStartFromWordsWithoutTokenizerOrLabelsIsRefused() {
        assertThatThrownBy(() -> start("prompt:length=2,start=labels")).hasMessageContaining("a task with labels");
        Initializer without = new Initializer(backbone.base(), 1);
        assertThatThrownBy(() -> Methods.parse("prompt:start=text,text=good")
                        .deltas(backbone.base().architecture(), without))
                .hasMessageContaining("needs the base's tokenizer");
    }

    @Test
    void aPromptFromLabelsLoadsWithoutATokenizer(@TempDir Path folder) {
        Method method = Methods.parse("prompt:length=3,start=labels,stage=output");
        Words words = new Words(WORDS, List.of("refund", "late parcel"));
        try (Adapter adapter = Adapter.create(
                method,
                new Classification(words.labels()),
                backbone.base(),
                "tiny",
                backbone.pooling(),
                16,
                1,
                words)) {
            adapter.save(folder.resolve("a"), backbone.base());
            try (Adapter loaded = Adapter.load(folder.resolve("a"), backbone.base())) {
                assertThat(loaded.method()).isEqualTo(method);
                assertThat(loaded.parameters().getFirst().value().toBytes())
                        .isEqualTo(adapter.parameters().getFirst().value().toBytes());
            }
        }
    }

    private static final Function<String, List<Integer>> WORDS =
            text -> Arrays.stream(text.strip().split(" "))
                    .filter(word -> !word.equals("?"))
                    .map(List.of("refund", "good", "", "", "", "", "", "", "", "late", "parcel")::indexOf)
                    .map(index -> 21 + index)
                    .toList();

    /** The first values of a prompt, for a task of these labels; the caller has a scope open. */
    private Tensor start(String method, String... labels) {
        Initializer initializer = new Initializer(backbone.base(), 1, new Words(WORDS, List.of(labels)));
        Delta delta = Methods.parse(method)
                .deltas(backbone.base().architecture(), initializer)
                .getFirst();
        try (Parameter prompt = delta.parameters().getFirst()) {
            return prompt.value().copy();
        }
    }

    private static List<Double> row(Tensor table, int index) {
        return Arrays.stream(table.select(0, index).toDoubles()).boxed().toList();
    }

    /** The index of each row by its values. */
    private static Map<List<Double>, Integer> rows(Tensor table) {
        double[] values = table.toDoubles();
        int width = (int) table.size(1);
        Map<List<Double>, Integer> rows = new HashMap<>();
        for (int row = 0; row * width < values.length; row++) {
            rows.put(
                    Arrays.stream(values, row * width, (row + 1) * width)
                            .boxed()
                            .toList(),
                    row);
        }
        return rows;
    }

    @Test
    void clsKeepsItsPositionUnlessThePromptStandsBeforeIt() {
        try (Specimen behind = Specimen.fresh(Methods.parse("prompt:length=2"), backbone);
                Specimen before = Specimen.fresh(Methods.parse("prompt:length=2,place=before_cls"), backbone)) {
            double[] plain = embedded(Deltas.NONE.all(), behind.base());
            double[] prompted = embedded(behind.deltas().all(), behind.base());
            int d = behind.base().architecture().embedding();
            assertThat(Arrays.copyOf(prompted, d)).containsExactly(Arrays.copyOf(plain, d));
            double[] shifted = embedded(before.deltas().all(), before.base());
            assertThat(Arrays.copyOfRange(shifted, 2 * d, 3 * d)).isNotEqualTo(Arrays.copyOf(plain, d));
        }
    }

    /** The embedding block's output for the first text. */
    private static double[] embedded(List<? extends Delta> deltas, Backbone base) {
        EmbeddingProbe probe = new EmbeddingProbe();
        List<Delta> all = new ArrayList<>(deltas);
        all.add(probe);
        base.forward(Texts.alone(0), new Deltas(all), Mode.EVALUATION);
        return probe.states;
    }

    private static final class EmbeddingProbe implements EmbeddingDelta {
        private double[] states = {};

        @Override
        public Site site() {
            return new Site.Embedding(Stage.OUTPUT);
        }

        @Override
        public Embedded apply(Embedded embedded, Pass pass) {
            states = embedded.states().toDoubles();
            return embedded;
        }

        @Override
        public List<Parameter> parameters() {
            return List.of();
        }
    }
}
