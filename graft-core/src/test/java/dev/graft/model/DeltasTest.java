package dev.graft.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.graft.tensor.DType;
import dev.graft.tensor.Device;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Scope;
import dev.graft.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeltasTest {
    private static Parameter parameter() {
        try (Scope scope = Scope.open()) {
            return Parameter.of("shared", Tensor.zeros(DType.FLOAT64, Device.CPU, 1), false);
        }
    }

    @Test
    void aSharedParameterCountsOnceAndTwoOfOneNameAreRefused() {
        try (Parameter one = parameter();
                Parameter other = parameter()) {
            Replacement first = new Replacement("a", one);

            assertThat(new Deltas(List.of(first, new Replacement("b", one))).parameters())
                    .containsExactly(one);
            assertThatThrownBy(() -> new Deltas(List.of(first, new Replacement("b", other))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("two parameters are named shared");
        }
    }
}
