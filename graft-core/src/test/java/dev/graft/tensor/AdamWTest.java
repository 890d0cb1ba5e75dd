package dev.graft.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.util.List;
import java.util.function.BinaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
            step(optimizer, 0.1, w.value().sum());
            assertThat(w.value().item()).isCloseTo(0.899, within(1e-6));
        }
    }

    private static double afterOneStep(boolean decays) {
        try (Scope scope = Scope.open();
                Parameter w = Parameter.of("w", Tensor.of(new float[] {1}, 1), decays);
                AdamW optimizer = new AdamW(List.of(w), AdamW.Settings.DEFAULT)) {
            step(optimizer, 0.1, w.value().sum());
            return w.value().item();
        }
    }

    @Test
    void aParameterWithoutGradientStaysAsItIs() {
        try (Scope scope = Scope.open();
                Parameter w = Parameter.of("w", Tensor.of(new float[] {1}, 1), true);
                Parameter used = Parameter.of("used", Tensor.of(new float[] {1}, 1), true);
                AdamW optimizer = new AdamW(List.of(w, used), AdamW.Settings.DEFAULT)) {
            step(optimizer, 0.1, used.value().sum());
            assertThat(w.value().item()).isEqualTo(1);
            assertThat(used.value().item()).isCloseTo(0.899, within(1e-6));
        }
    }

    @Test
    void groupsHaveRatesOfTheirOwn() {
        try (Scope scope = Scope.open();
                Parameter slow = Parameter.of("slow", Tensor.of(new float[] {1, 2, 3}, 3), false);
                Parameter fast = Parameter.of("fast", Tensor.of(new float[] {1, 1}, 1, 2), false);
                AdamW optimizer = AdamW.ofGroups(
                        List.of(new AdamW.Group(List.of(slow), 1), new AdamW.Group(List.of(fast), 3)),
                        AdamW.Settings.DEFAULT)) {
            step(optimizer, 0.1, slow.value().sum().plus(fast.value().times(-2).sum()));
            assertThat(slow.value().toFloats()).containsExactly(new float[] {0.9f, 1.9f, 2.9f}, within(1e-6f));
            assertThat(fast.value().toFloats()).containsExactly(new float[] {1.3f, 1.3f}, within(1e-6f));
            assertThat(fast.value().shape()).containsExactly(1, 2);
        }
    }

    @Test
    void aLargeParameterStepsAsSmallOnesDo() {
        try (Scope scope = Scope.open();
                Parameter large = Parameter.of("large", Tensor.ones(DType.FLOAT32, Device.CPU, 300, 300), true);
                Parameter small = Parameter.of("small", Tensor.ones(DType.FLOAT32, Device.CPU, 2, 2), true);
                AdamW optimizer = new AdamW(List.of(large, small), AdamW.Settings.DEFAULT)) {
            for (int i = 0; i < 3; i++) {
                step(optimizer, 0.1, large.value().sum().plus(small.value().sum()));
            }
            assertThat(small.value().max().item()).isLessThan(0.75);
            double expected = small.value().max().item();
            assertThat(large.value().max().item()).isCloseTo(expected, within(1e-6));
            assertThat(large.value().times(-1).max().item()).isCloseTo(-expected, within(1e-6));
            assertThat(optimizer.moments())
                    .allSatisfy(moments -> assertThat(moments.first().shape())
                            .isEqualTo(moments.parameter().value().shape()));
        }
    }

    private static void step(AdamW optimizer, double rate, Tensor element) {
        try (StepGradients gradients = optimizer.gradientsOf(element)) {
            optimizer.step(rate, gradients);
        }
    }

    @Test
    void clippingScalesAllGroupsToOneNormAndReportsTheOldOne() {
        try (Scope scope = Scope.open();
                Parameter a = Parameter.of("a", Tensor.of(new float[] {3}, 1), true);
                Parameter b = Parameter.of("b", Tensor.of(new float[] {0, 4}, 2), true);
                AdamW optimizer = AdamW.ofGroups(
                        List.of(new AdamW.Group(List.of(a), 1), new AdamW.Group(List.of(b), 1)),
                        AdamW.Settings.DEFAULT);
                StepGradients gradients = optimizer.gradientsOf(half(a).plus(half(b)))) {
            assertThat(gradients.clip(1)).isCloseTo(5, within(1e-5));
            assertThat(gradients.clip(1)).isCloseTo(1, within(1e-5));
            optimizer.step(0.1, gradients);
            assertThat(firstMoment(optimizer, a)).containsExactly(new double[] {0.06}, within(1e-6));
            assertThat(firstMoment(optimizer, b)).containsExactly(new double[] {0, 0.08}, within(1e-6));
        }
    }

    /** Its gradient is the parameter itself. */
    private static Tensor half(Parameter parameter) {
        return parameter.value().squared().times(0.5).sum();
    }

    /** A tenth of the gradient after one step. */
    private static double[] firstMoment(AdamW optimizer, Parameter parameter) {
        return optimizer.moments().stream()
                .filter(moments -> moments.parameter() == parameter)
                .findFirst()
                .orElseThrow()
                .first()
                .toDoubles();
    }

    @Test
    void whatHasNoGradientAmongOthersStaysUntilItGetsOne() {
        try (Scope scope = Scope.open();
                Parameter a = Parameter.of("a", Tensor.of(new float[] {1}, 1), true);
                Parameter between = Parameter.of("between", Tensor.of(new float[] {1, 2}, 2), true);
                Parameter b = Parameter.of("b", Tensor.of(new float[] {3}, 1), true);
                AdamW optimizer = new AdamW(List.of(a, between, b), AdamW.Settings.DEFAULT);
                StepGradients some = optimizer.gradientsOf(half(a).plus(half(b)));
                StepGradients other = optimizer.gradientsOf(half(between))) {
            optimizer.step(0.1, some);
            assertThat(between.value().toFloats()).containsExactly(1, 2);
            assertThat(firstMoment(optimizer, b)).containsExactly(new double[] {0.3}, within(1e-6));
            some.add(other);
            optimizer.step(0.1, some);
            assertThat(between.value().toFloats()[1]).isLessThan(1.95f);
            assertThat(firstMoment(optimizer, between)).containsExactly(new double[] {0.1, 0.2}, within(1e-6));
        }
    }

    @Test
    void aParameterGivenTwiceIsRefused() {
        try (Parameter w = Parameter.of("w", Tensor.of(new float[] {1}, 1), true)) {
            assertThatThrownBy(() -> new AdamW(List.of(w, w), AdamW.Settings.DEFAULT))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("given twice: w");
        }
    }

    @Test
    void closingFreesTheMoments() {
        try (Parameter w = Parameter.of("w", Tensor.ones(DType.FLOAT32, Device.CPU, 3), true);
                Parameter b = Parameter.of("b", Tensor.ones(DType.FLOAT32, Device.CPU, 2), false)) {
            new AdamW(List.of(w, b), AdamW.Settings.DEFAULT).close(); // what is made once in a process
            long before = Scope.liveObjects();
            new AdamW(List.of(w, b), AdamW.Settings.DEFAULT).close();
            assertThat(Scope.liveObjects()).isLessThanOrEqualTo(before);
        }
    }

    /** A table large enough for a vector of its own, whose gradient comes from some rows or from all. */
    @ParameterizedTest
    @CsvSource({"true, true", "true, false", "false, true"})
    void aTablesSparseGradientMovesItAsADenseOne(boolean firstOfRows, boolean secondOfRows) {
        try (Scope scope = Scope.open();
                Parameter table = table();
                Parameter reference = table();
                AdamW optimizer = new AdamW(List.of(table), AdamW.Settings.DEFAULT);
                AdamW ofReference = new AdamW(List.of(reference), AdamW.Settings.DEFAULT)) {
            Tensor first = Tensor.of(new long[] {5, 699, 5, 0}, 2, 2);
            Tensor second = Tensor.of(new long[] {5, 17}, 2);
            double[] before = table.value().toDoubles();
            for (int i = 0; i < 3; i++) {
                double norm = step(
                        optimizer,
                        loss(table, first, firstOfRows, Functions::embeddingWithSparseGradient),
                        loss(table, second, secondOfRows, Functions::embeddingWithSparseGradient));
                double expectedNorm = step(
                        ofReference,
                        loss(reference, first, firstOfRows, Functions::embedding),
                        loss(reference, second, secondOfRows, Functions::embedding));
                assertThat(norm).isCloseTo(expectedNorm, withinPercentage(1e-3));
            }
            assertThat(table.value().toFloats())
                    .containsExactly(reference.value().toFloats(), within(1e-6f));
            assertThat(table.value().toDoubles()).isNotEqualTo(before);
        }
    }

    private static Parameter table() {
        float[] values = new float[700 * 100];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Math.sin(i);
        }
        return Parameter.of("table", Tensor.of(values, 700, 100), true);
    }

    private static Tensor loss(Parameter table, Tensor ids, boolean ofRows, BinaryOperator<Tensor> embedding) {
        Tensor rows = embedding.apply(table.value(), ids).squared().sum();
        return ofRows ? rows : rows.plus(table.value().abs().sum());
    }

    /** The gradient's norm before it is clipped. */
    private static double step(AdamW optimizer, Tensor first, Tensor second) {
        try (StepGradients sum = optimizer.gradientsOf(first);
                StepGradients more = optimizer.gradientsOf(second)) {
            sum.add(more);
            double norm = sum.clip(0.5);
            assertThat(sum.clip(1)).isCloseTo(0.5, within(1e-4));
            optimizer.step(0.01, sum);
            return norm;
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
