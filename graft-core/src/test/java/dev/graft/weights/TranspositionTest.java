package dev.graft.weights;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TranspositionTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 8})
    void putsEachElementInItsPlaceWhateverItsWidth(int width) {
        int rows = 33;
        int columns = 70;
        byte[] content = new byte[rows * columns * width];
        new Random(7).nextBytes(content);
        // A slice that does not begin at its buffer's start, as mapped tensors do not.
        ByteBuffer matrix = ByteBuffer.allocate(content.length + 3)
                .order(ByteOrder.LITTLE_ENDIAN)
                .position(3);
        matrix.duplicate().put(content);
        byte[] turned = FileBytes.array(Transposition.of(matrix, rows, columns, width));
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                for (int b = 0; b < width; b++) {
                    assertThat(turned[(row * columns + column) * width + b])
                            .isEqualTo(content[(column * rows + row) * width + b]);
                }
            }
        }
    }
}
