package dev.graft.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.graft.adapter.StoredTensor.Layout;
import dev.graft.tensor.Scope;
import dev.graft.tensor.Tensor;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StoredTensorTest {
    private static final StoredTensor SIDE_BY_SIDE =
            new StoredTensor("both", Set.of(), List.of("key", "value"), Layout.SIDE_BY_SIDE);
    private static final StoredTensor FLAT = new StoredTensor("both", Set.of(), List.of("key", "value"), Layout.FLAT);

    @Test
    void rowsOfTheFileHoldAllParametersOneAfterAnother() {
        try (Scope scope = Scope.open()) {
            Tensor stored = Tensor.of(new float[] {1, 2, 10, 20, 3, 4, 30, 40}, 2, 4);
            assertThat(SIDE_BY_SIDE.part(stored, 0, new long[] {2, 2}).toFloats())
                    .containsExactly(1, 2, 3, 4);
            assertThat(SIDE_BY_SIDE.part(stored, 1, new long[] {2, 2}).toFloats())
                    .containsExactly(10, 20, 30, 40);
        }
    }

    @Test
    void joiningIsTheInverse() {
        try (Scope scope = Scope.open()) {
            Tensor key = Tensor.of(new float[] {1, 2, 3, 4}, 2, 2);
            Tensor value = Tensor.of(new float[] {10, 20, 30, 40}, 2, 2);
            Tensor wide = SIDE_BY_SIDE.join(List.of(key, value));
            assertThat(wide.shape()).containsExactly(2, 4);
            assertThat(wide.toFloats()).containsExactly(1, 2, 10, 20, 3, 4, 30, 40);
            Tensor flat = FLAT.join(List.of(key, value));
            assertThat(flat.shape()).containsExactly(8);
            assertThat(flat.toFloats()).isEqualTo(wide.toFloats());
            assertThat(FLAT.part(flat, 1, key.shape()).equalTo(value)).isTrue();
        }
    }

    @Test
    void aWholeTensorHoldsOneParameter() {
        assertThatThrownBy(() -> new StoredTensor("k", Set.of(), List.of("a", "b"), Layout.WHOLE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'k' must hold one parameter: [a, b]");
    }
}
