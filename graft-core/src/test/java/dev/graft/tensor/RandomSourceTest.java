package dev.graft.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class RandomSourceTest {
    @Test
    void anAddressAlwaysGivesTheSameNumbers() {
        try (Scope scope = Scope.open()) {
            float[] first = new RandomSource(7).at("layer.0").normal(1, 100).toFloats();
            new RandomSource(7).at("layer.1").normal(1, 100);
            assertThat(new RandomSource(7).at("layer.0").normal(1, 100).toFloats())
                    .isEqualTo(first);
            assertThat(new RandomSource(7).at("layer.1").normal(1, 100).toFloats())
                    .isNotEqualTo(first);
            assertThat(new RandomSource(8).at("layer.0").normal(1, 100).toFloats())
                    .isNotEqualTo(first);
        }
    }

    @Test
    void theTruncatedNormalHasItsOwnDeviationAndNoTails() {
        try (Scope scope = Scope.open()) {
            float[] values = new RandomSource(1).truncatedNormal(1e-2, 100_000).toFloats();
            double[] squares = new double[values.length];
            Arrays.setAll(squares, i -> values[i] * values[i]);
            assertThat(Math.sqrt(Arrays.stream(squares).average().orElseThrow()))
                    .isCloseTo(0.8796e-2, within(1e-4));
            for (float value : values) {
                assertThat(Math.abs(value)).isLessThanOrEqualTo(2e-2f + 1e-6f);
            }
        }
    }

    @Test
    void bernoulliDrawsTheShareItPromises() {
        try (Scope scope = Scope.open()) {
            Tensor like = Tensor.zeros(DType.FLOAT32, Device.CPU, 100_000);
            assertThat(new RandomSource(1).bernoulli(0.9, like).mean().item()).isCloseTo(0.9, within(0.01));
        }
    }
}
