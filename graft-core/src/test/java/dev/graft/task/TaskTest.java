package dev.graft.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.graft.tensor.RandomSource;
import dev.graft.tensor.Scope;
import dev.graft.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TaskTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            value = {
                "pos,neg,pos!classification!neg,pos",
                "10,9,2,10!classification!2,9,10",
                "1.0,0.0,1.0!classification!0.0,1.0",
                "-1,1,x!classification!-1,1,x",
                "0.5,1,2!regression!",
                "a|b,c,a!multi-label!a,b,c",
                "b;a,b!multi-label!a,b",
            })
    void guessesTheTask(String labels, String name, @Nullable String known) {
        Task task = Task.guess(List.of(labels.split(",")));

        assertThat(task.name()).isEqualTo(name);
        assertThat(task.labels()).isEqualTo(known == null ? List.of() : List.of(known.split(",")));
    }

    @Test
    void guessesMultiLabelFromJsonArrays() {
        assertThat(Task.guess(List.of("[\"b\",\"a\"]", "[]"))).isEqualTo(new MultiLabel(List.of("a", "b")));
    }

    @Test
    void takesManyWholeNumbersForMeasurementsUnlessTheyNumberClasses() {
        assertThat(Task.guess(numbers(1, 20))).isInstanceOf(Classification.class);
        assertThat(Task.guess(numbers(1, 21))).isEqualTo(new Regression());
        assertThat(Task.guess(numbers(0, 76))).isInstanceOf(Classification.class);
    }

    @Test
    void namesTheTask() {
        assertThat(Task.named("classification", List.of("0.5", "1.5")).labels()).containsExactly("0.5", "1.5");
        assertThat(Task.named("multi-label", List.of("a", "b")).outputs()).isEqualTo(2);
        assertThat(Task.named("regression", List.of("1", "2")).outputs()).isEqualTo(1);
        assertThatThrownBy(() -> Task.named("ranking", List.of("1", "2")))
                .isInstanceOf(LabelException.class)
                .hasMessage("unknown task \"ranking\", expected classification, multi-label or regression");
    }

    @Test
    void refusesOneClassAndBadLists() {
        assertThatThrownBy(() -> Task.guess(List.of("pos", "pos")))
                .isInstanceOf(LabelException.class)
                .hasMessageContaining("there is only one class, \"pos\"");
        assertThatThrownBy(() -> new Classification(List.of("a", "a"))).hasMessage("a label must be listed once: a");
        assertThatThrownBy(() -> new MultiLabel(List.of("a", " "))).hasMessageContaining("must not be blank");
        assertThatThrownBy(() -> new MultiLabel(List.of())).hasMessage("needs at least 1 labels: []");
    }

    @Test
    void turnsLabelsIntoTargets() {
        assertThat(new Classification(List.of("neg", "pos")).index("pos", "a.csv, line 2"))
                .isEqualTo(1);
        MultiLabel set = new MultiLabel(List.of("a", "b", "c"));
        assertThat(set.flags("c | a", "a.csv, line 2")).containsExactly(true, false, true);
        assertThat(set.flags("[\"b\"]", "a.csv, line 2")).containsExactly(false, true, false);
        assertThat(set.flags("[]", "a.csv, line 2")).containsOnly(false);
        assertThat(new Regression().value("-2.5e1", "a.csv, line 2")).isEqualTo(-25);
    }

    @Test
    void namesTheNearestLabel() {
        Classification task = new Classification(List.of("card_arrival", "card_linking", "refund"));

        assertThatThrownBy(() -> task.index("Card_Arival", "dev.csv, line 12"))
                .isInstanceOf(LabelException.class)
                .hasMessage("dev.csv, line 12: label \"Card_Arival\" is not among the 3 known labels;"
                        + " the nearest is \"card_arrival\" (known: card_arrival, card_linking, refund)");
        assertThatThrownBy(() -> new MultiLabel(List.of("a", "bb")).flags("a|b", "dev.csv, line 3"))
                .hasMessageContaining("dev.csv, line 3: label \"b\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"NaN", "good", "1d", "0x1p3", "Infinity", "", "1e9999"})
    void refusesLabelsThatAreNoNumbers(String label) {
        assertThatThrownBy(() -> new Regression().value(label, "a.csv, line 2"))
                .isInstanceOf(LabelException.class)
                .hasMessage("a.csv, line 2: label \"" + label + "\" is not a number; regression needs one");
    }

    @Test
    void refusesNumbersOutOfRange() {
        assertThatThrownBy(() -> new Regression().value("1e300", "a.csv, line 2"))
                .hasMessageContaining("label 1e300 is out of range");
    }

    @Test
    void refusesABrokenArray() {
        assertThatThrownBy(() -> Task.guess(List.of("[a, b]")))
                .isInstanceOf(LabelException.class)
                .hasMessageContaining("[a, b] is not a JSON array of labels");
        assertThatThrownBy(() -> new MultiLabel(List.of("a")).flags("[\"a\", null]", "dev.jsonl, line 3"))
                .isInstanceOf(LabelException.class)
                .hasMessage("dev.jsonl, line 3: [\"a\", null] has a null where a label should be");
        assertThatThrownBy(() -> Task.guess(List.of("[null]"))).isInstanceOf(LabelException.class);
    }

    @ParameterizedTest
    @CsvSource({"kitten,sitting,3", "abc,abc,0", "'',abc,3", "ABC,abd,1"})
    void measuresEditDistance(String from, String to, int distance) {
        assertThat(Labels.distance(from, to)).isEqualTo(distance);
    }

    private static List<String> numbers(int from, int to) {
        return IntStream.rangeClosed(from, to).mapToObj(String::valueOf).toList();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theLossOfABatchIsTheWeighedMeanOfItsParts(boolean balanced) {
        Targets targets = Targets.of(
                new Classification(List.of("a", "b", "c")), List.of("a", "a", "b", "a", "c", "b"), row -> "row " + row);
        int[] whole = {0, 1, 2, 3, 4, 5};
        int[][] parts = {{0, 2, 4}, {1, 3, 5}};
        try (Scope scope = Scope.open()) {
            Tensor outputs = new RandomSource(3).normal(1, 6, 3);
            double sum = 0;
            for (int[] part : parts) {
                long[] rows = Arrays.stream(part).asLongStream().toArray();
                Tensor some = outputs.indexSelect(0, Tensor.of(rows, rows.length));
                sum += targets.loss(some, part, balanced).item() * targets.weight(part, balanced);
            }
            assertThat(sum / targets.weight(whole, balanced))
                    .isCloseTo(targets.loss(outputs, whole, balanced).item(), within(1e-6));
        }
    }
}
