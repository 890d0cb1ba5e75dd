package dev.graft.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TensorTest {
    @Test
    void valuesSurviveTheWayInAndOut() {
        try (Scope scope = Scope.open()) {
            Tensor tensor = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
            assertThat(tensor.transpose(0, 1).toFloats()).containsExactly(1, 4, 2, 5, 3, 6);
            assertThat(tensor.shape()).containsExactly(2, 3);
            assertThat(tensor.matmul(tensor.transpose(0, 1)).toDoubles()).containsExactly(14, 32, 32, 77);
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyTypeSurvivesAsBytes(DType dtype) {
        try (Scope scope = Scope.open()) {
            Tensor tensor = Tensor.of(new float[] {0, 1, 1, 0}, 4).to(dtype);
            Tensor copy = Tensor.fromBytes(tensor.toBytes(), dtype, Device.CPU, 2, 2);
            assertThat(copy.dtype()).isEqualTo(dtype);
            assertThat(copy.toFloats()).containsExactly(0, 1, 1, 0);
        }
    }

    @Test
    void nativeErrorsKeepTheirMessageAndLoseTheirStackTrace() {
        try (Scope scope = Scope.open()) {
            Tensor a = Tensor.zeros(DType.FLOAT32, Device.CPU, 2, 3);
            assertThatThrownBy(() -> a.matmul(a))
                    .isExactlyInstanceOf(TensorException.class)
                    .hasMessageContaining("2x3 and 2x3")
                    .hasMessageNotContaining("Exception raised from");
        }
    }

    @Test
    void missingMemoryIsToldApart() {
        long tooMany = 1L << 50;
        assertThatThrownBy(() -> Tensor.zeros(DType.FLOAT32, Device.CPU, tooMany))
                .isInstanceOf(OutOfMemoryException.class);
    }

    @Test
    void bytesOfTheWrongLengthAreRefused() {
        assertThatThrownBy(() -> Tensor.fromBytes(java.nio.ByteBuffer.allocate(7), DType.FLOAT32, Device.CPU, 2))
                .isInstanceOf(TensorException.class)
                .hasMessage("FLOAT32 [2] needs 8 bytes: 7");
    }

    @Test
    void infinityAndNaNAreSeen() {
        try (Scope scope = Scope.open()) {
            assertThat(Tensor.of(new float[] {1, 2}, 2).isFinite()).isTrue();
            assertThat(Tensor.of(new float[] {1, Float.NaN}, 2).isFinite()).isFalse();
        }
    }

    @Test
    void deviceNamesAreParsed() {
        assertThat(Device.parse("cpu")).isEqualTo(Device.CPU);
        assertThatThrownBy(() -> Device.parse("tpu")).hasMessage("device must be cpu, cuda, cuda:N or auto: tpu");
    }
}
