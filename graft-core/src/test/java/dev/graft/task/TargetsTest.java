package dev.graft.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.graft.model.Mode;
import dev.graft.tensor.Scope;
import dev.graft.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TargetsTest {
    private static double loss(Targets targets, double[] outputs, int[] rows, boolean balanced) {
        try (Scope scope = Scope.open()) {
            return targets.loss(Tensor.of(outputs, rows.length, outputs.length / rows.length), rows, balanced)
                    .item();
        }
    }

    /** -ln of the share that class 0 has where it leads by one. */
    private static final double AHEAD = Math.log1p(Math.exp(-1));

    private static final double BEHIND = Math.log1p(Math.exp(1));

    @Test
    void rareClassesWeighMoreByTheWholeSetNotTheBatch() {
        Targets targets = Targets.of(new Classification(List.of("a", "b")), List.of("a", "a", "a", "b"), i -> "row");
        double[] outputs = {1, 0, 1, 0};
        int[] batch = {0, 3};

        assertThat(loss(targets, outputs, batch, false)).isCloseTo((AHEAD + BEHIND) / 2, within(1e-12));
        double a = 4.0 / (2 * 3);
        double b = 4.0 / (2 * 1);
        assertThat(loss(targets, outputs, batch, true)).isCloseTo((a * AHEAD + b * BEHIND) / (a + b), within(1e-12));
    }

    @Test
    void rareLabelsOfASetWeighMore() {
        Targets targets = Targets.of(new MultiLabel(List.of("a", "b")), List.of("a", "b", "b", "b"), i -> "row");
        double[] outputs = {1, -1};
        int[] batch = {0};

        assertThat(loss(targets, outputs, batch, false)).isCloseTo(AHEAD, within(1e-12));
        assertThat(loss(targets, outputs, batch, true)).isCloseTo((3 * AHEAD + AHEAD) / 2, within(1e-12));
    }

    @ParameterizedTest
    @CsvSource({"1e9, 1", "0, 1e-30", "0, 1e30", "-3e4, 1e-3"})
    void aRegressionLosesNoDigitsToItsUnit(double center, double unit) {
        double[] values = {-1, 2, 0.5, 4};
        double[] plain = lossAndGradient(values);
        double[] inUnit = lossAndGradient(
                Arrays.stream(values).map(value -> center + unit * value).toArray());

        assertThat(inUnit).containsExactly(plain, within(1e-6));
    }

    /** The loss of a fresh head on targets, and the gradient of its bias. */
    private static double[] lossAndGradient(double[] values) {
        List<String> labels = Arrays.stream(values).mapToObj(Double::toString).toList();
        Targets targets = Targets.of(new Regression(), labels, i -> "row");
        try (Scope scope = Scope.open();
                Head head = Head.of(Tensor.of(new float[] {0.5f, -0.25f}, 1, 2), Tensor.of(new float[] {0.125f}, 1), 0)
                        .scaled(targets.spread(), targets.center())) {
            Tensor pooled = Tensor.of(new float[] {1, 2, -1, 0.5f, 3, 0, 0, 1}, 4, 2);
            Tensor loss = targets.loss(head.apply(pooled, Mode.EVALUATION), new int[] {0, 1, 2, 3}, false);
            loss.backward();
            Tensor gradient = Objects.requireNonNull(head.parameters().getLast().gradient());
            return new double[] {loss.item(), gradient.toDoubles()[0]};
        }
    }
}
