package dev.graft.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class AdamWTest {
    @Test
    void oneStepIsTheClosedFormula() {
        assertThat(afterOneStep(true)).isCloseTo(0.899, within(1e-6)); // 1 - lr wd - lr g / |g|
        assertThat(afterOneStep(false)).isCloseTo(0.9, within(1e-6));
    }

    @Test
    void decayingAllOverrulesWhatParametersDeclare() {
        try (Scope scope = Scope.open();
                Parameter w = Parameter.of("w", Tensor.of(new float[] {1}, 1), false);
                AdamW optimizer = AdamW.decayingAll(List.of(w), AdamW.Settings.DEFAULT)) {
            w.value().sum().backward();
            optimizer.step(0.1);
            assertThat(w.value().item()).isCloseTo(0.899, within(1e-6));
        }
    }

    private static double afterOneStep(boolean decays) {
        try (Scope scope = Scope.open();
                Parameter w = Parameter.of("w", Tensor.of(new float[] {1}, 1), decays);
                AdamW optimizer = new AdamW(List.of(w), AdamW.Settings.DEFAULT)) {
            w.value().sum().backward();
            optimizer.step(0.1);
            return w.value().item();
        }
    }

    @Test
    void aParameterWithoutGradientStaysAsItIs() {
        try (Scope scope = Scope.open();
                Parameter w = Parameter.of("w", Tensor.of(new float[] {1}, 1), true);
                AdamW optimizer = new AdamW(List.of(w), AdamW.Settings.DEFAULT)) {
            optimizer.step(0.1);
            assertThat(w.value().item()).isEqualTo(1);
        }
    }

    @Test
    void clippingScalesToTheNormAndReportsTheOldOne() {
        try (Scope scope = Scope.open();
                Parameter a = Parameter.of("a", Tensor.of(new float[] {3}, 1), true);
                Parameter b = Parameter.of("b", Tensor.of(new float[] {4}, 1), true)) {
            a.value().squared().plus(b.value().squared()).times(0.5).sum().backward();
            assertThat(AdamW.clipGradients(List.of(a, b), 1)).isCloseTo(5, within(1e-5));
            assertThat(java.util.Objects.requireNonNull(a.gradient()).item()).isCloseTo(0.6, within(1e-5));
        }
    }

    @Test
    void gradientsGatherUntilTheyAreCleared() {
        try (Scope scope = Scope.open();
                Parameter w = Parameter.of("w", Tensor.of(new float[] {1}, 1), true)) {
            w.value().sum().backward();
            w.value().sum().backward();
            assertThat(java.util.Objects.requireNonNull(w.gradient()).item()).isEqualTo(2);
            w.clearGradient();
            assertThat(w.gradient()).isNull();
        }
    }

    @Test
    void halfPrecisionWorkReachesTheFullPrecisionMaster() {
        try (Scope scope = Scope.open();
                Parameter w = Parameter.of("w", Tensor.of(new float[] {1}, 1), true)) {
            w.in(DType.BFLOAT16).times(3).sum().backward();
            Tensor gradient = java.util.Objects.requireNonNull(w.gradient());
            assertThat(gradient.dtype()).isEqualTo(DType.FLOAT32);
            assertThat(gradient.item()).isEqualTo(3);
        }
    }

    @Test
    void withGradientsOffNothingIsRecorded() {
        try (Scope scope = Scope.open();
                Parameter w = Parameter.of("w", Tensor.of(new float[] {1}, 1), true)) {
            try (Gradients off = Gradients.off()) {
                assertThat(w.value().times(2).requiresGradient()).isFalse();
                assertThat(Gradients.areOn()).isFalse();
            }
            assertThat(w.value().times(2).requiresGradient()).isTrue();
        }
    }
}
