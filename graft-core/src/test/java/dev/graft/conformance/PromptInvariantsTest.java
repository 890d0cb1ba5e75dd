package dev.graft.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.graft.method.Initializer;
import dev.graft.method.Method;
import dev.graft.method.Methods;
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
import dev.graft.tensor.Device;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Scope;
import dev.graft.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** T1, T6, T7 of methods.md 16. */
class PromptInvariantsTest {
    private static final BackboneUnderTest BERT = BackboneUnderTest.BERT;

    @ParameterizedTest(name = "{0}")
    @CsvSource({"before_cls, 40 41 2 17 45 3", "after_cls, 2 40 41 17 45 3"})
    void aPromptOfWordsIsThoseWords(String place, String sameText) {
        int[] text = {2, 17, 45, 3};
        int[] spelledOut =
                Arrays.stream(sameText.split(" ")).mapToInt(Integer::parseInt).toArray();
        try (Specimen specimen = Specimen.fresh(Methods.parse("prompt:length=2,place=" + place), BERT)) {
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
        try (Specimen behind = Specimen.fresh(Methods.parse("prompt:length=2"), BERT);
                Specimen before = Specimen.fresh(Methods.parse("prompt:length=2,place=before_cls"), BERT)) {
            double[] plain = embedded(Deltas.NONE.all(), behind.base());
            double[] prompted = embedded(behind.deltas().all(), behind.base());
            int d = BERT.sizes().hidden();
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
