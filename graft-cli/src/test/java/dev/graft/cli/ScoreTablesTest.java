package dev.graft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.graft.task.ConfusionMatrix;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScoreTablesTest {
    /** The example of scikit-learn's classification_report. */
    private static final ConfusionMatrix REPORT = ConfusionMatrix.of(
            List.of("class 0", "class 1", "class 2"), new int[] {0, 1, 2, 2, 2}, new int[] {0, 0, 2, 2, 1});

    @Test
    void rendersTheClassTable() {
        assertThat(ScoreTables.classes(REPORT))
                .containsExactly(
                        "               precision  recall     F1    rows",
                        "class 0            0.500   1.000  0.667       1",
                        "class 1            0.000   0.000  0.000       1",
                        "class 2            1.000   0.667  0.800       3",
                        "macro mean         0.500   0.556  0.489       5",
                        "weighted mean      0.700   0.600  0.613       5");
    }

    @Test
    void rendersTheConfusionMatrixWhereItFits() {
        assertThat(ScoreTables.confusion(REPORT, 80).orElseThrow())
                .containsExactly(
                        "true \\ predicted  class 0  class 1  class 2",
                        "class 0                 1        0        0",
                        "class 1                 1        0        0",
                        "class 2                 0        1        2");
        assertThat(ScoreTables.confusion(REPORT, 43)).isPresent();
        assertThat(ScoreTables.confusion(REPORT, 42)).isEmpty();
    }
}
