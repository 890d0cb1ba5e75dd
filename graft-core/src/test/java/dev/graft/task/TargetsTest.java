package dev.graft.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.graft.tensor.Scope;
import dev.graft.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

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
        assertThat(loss(targets, outputs, batch, true))
                .isCloseTo((a * AHEAD + b * BEHIND) / (a + b), within(1e-12));
    }

    @Test
    void rareLabelsOfASetWeighMore() {
        Targets targets = Targets.of(new MultiLabel(List.of("a", "b")), List.of("a", "b", "b", "b"), i -> "row");
        double[] outputs = {1, -1};
        int[] batch = {0};

        assertThat(loss(targets, outputs, batch, false)).isCloseTo(AHEAD, within(1e-12));
        assertThat(loss(targets, outputs, batch, true)).isCloseTo((3 * AHEAD + AHEAD) / 2, within(1e-12));
    }
}
