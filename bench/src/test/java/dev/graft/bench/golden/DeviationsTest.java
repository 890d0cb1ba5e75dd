package dev.graft.bench.golden;

import static org.assertj.core.api.Assertions.assertThat;

import dev.graft.tensor.Scope;
import dev.graft.tensor.Tensor;
import org.junit.jupiter.api.Test;

class DeviationsTest {
    private static Verdict compare(float[] computed, float[] stored, Tolerance tolerance) {
        try (Scope scope = Scope.open()) {
            Deviations deviations = new Deviations();
            deviations.compare("x", Tensor.of(computed, computed.length), Tensor.of(stored, stored.length), tolerance);
            return deviations.verdict();
        }
    }

    @Test
    void theLargestEntryAllowsSmallOnesAnError() {
        float[] stored = {1, 0};
        assertThat(compare(new float[] {1, 5e-7f}, stored, Tolerance.GRADIENTS)).isInstanceOf(Verdict.Passed.class);
        assertThat(compare(new float[] {1, 2e-6f}, stored, Tolerance.GRADIENTS)).isInstanceOf(Verdict.Failed.class);
        assertThat(compare(new float[] {1.0002f, 0}, stored, Tolerance.GRADIENTS))
                .isInstanceOf(Verdict.Failed.class);
    }

    @Test
    void notANumberFails() {
        assertThat(compare(new float[] {Float.NaN, 1}, new float[] {1, 1}, Tolerance.LOGITS))
                .isInstanceOf(Verdict.Failed.class);
    }

    @Test
    void anotherShapeFails() {
        assertThat(compare(new float[] {1, 1}, new float[] {1}, Tolerance.LOGITS))
                .isEqualTo(new Verdict.Failed("x has shape [2], expected [1]"));
    }

    @Test
    void equalNumbersPassWithoutAnyTolerance() {
        assertThat(compare(new float[] {0, 0}, new float[] {0, 0}, Tolerance.GRADIENTS))
                .isEqualTo(new Verdict.Passed(0));
    }
}
