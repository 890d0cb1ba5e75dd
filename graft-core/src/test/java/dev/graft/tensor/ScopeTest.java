package dev.graft.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ScopeTest {
    @Test
    void whatAScopeKeepsBelongsToTheScopeAround() {
        Tensor kept;
        try (Scope outer = Scope.open()) {
            try (Scope inner = Scope.open()) {
                kept = inner.keep(Tensor.of(new float[] {1, 2}, 2).plus(1));
            }
            assertThat(kept.toFloats()).containsExactly(2, 3);
        }
        assertThat(kept.handle.isNull()).isTrue();
    }

    @Test
    void withoutAScopeAroundTheCallerOwnsWhatIsKept() {
        Tensor kept;
        try (Scope scope = Scope.open()) {
            kept = scope.keep(Tensor.of(new float[] {1, 2}, 2));
        }
        assertThat(kept.toFloats()).containsExactly(1, 2);
        kept.close();
        assertThat(kept.handle.isNull()).isTrue();
    }

    @Test
    void twoHundredTrainingStepsLeaveNoNativeObjectBehind() {
        RandomSource random = new RandomSource(1);
        try (Parameter weight = Parameter.of("weight", random.at("weight").normal(0.1, 3, 8), true);
                Parameter bias = Parameter.of("bias", random.at("bias").normal(0.1, 3), false);
                AdamW optimizer = new AdamW(List.of(weight, bias), AdamW.Settings.DEFAULT)) {
            step(weight, bias, optimizer, random.at(0));
            long before = Scope.liveObjects();
            for (int i = 1; i <= 200; i++) {
                step(weight, bias, optimizer, random.at(i));
            }
            assertThat(Scope.liveObjects()).isLessThanOrEqualTo(before);
        }
    }

    private static void step(Parameter weight, Parameter bias, AdamW optimizer, RandomSource random) {
        try (Scope scope = Scope.open()) {
            Tensor x = random.normal(1, 16, 8);
            Tensor logits = Functions.linear(x, weight.value(), bias.value());
            Tensor loss = Functions.crossEntropy(
                    logits, Tensor.range(16, Device.CPU).times(0).to(DType.INT64), null);
            try (StepGradients gradients = optimizer.gradientsOf(loss)) {
                gradients.clip(1);
                optimizer.step(1e-3, gradients);
            }
        }
    }
}
