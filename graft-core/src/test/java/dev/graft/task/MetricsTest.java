package dev.graft.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class MetricsTest {
    private static final Offset<Double> EXACT = within(1e-12);

    /** The example of scikit-learn's classification_report. */
    private static final ConfusionMatrix REPORT = ConfusionMatrix.of(
            List.of("class 0", "class 1", "class 2"), new int[] {0, 1, 2, 2, 2}, new int[] {0, 0, 2, 2, 1});

    @Test
    void scoresEachClass() {
        assertThat(List.of(REPORT.precision(0), REPORT.precision(1), REPORT.precision(2)))
                .containsExactly(0.5, 0.0, 1.0);
        assertThat(List.of(REPORT.recall(0), REPORT.recall(1), REPORT.recall(2)))
                .containsExactly(1.0, 0.0, 2.0 / 3);
        assertThat(REPORT.f1(0)).isCloseTo(2.0 / 3, EXACT);
        assertThat(REPORT.f1(1)).isZero();
        assertThat(REPORT.f1(2)).isCloseTo(0.8, EXACT);
        assertThat(List.of(REPORT.support(0), REPORT.support(1), REPORT.support(2)))
                .containsExactly(1L, 1L, 3L);
        assertThat(REPORT.count(2, 1)).isEqualTo(1);
    }

    @Test
    void scoresAClassification() {
        Metrics metrics = Metrics.classification(REPORT);

        assertThat(metrics.values().keySet()).containsExactly("accuracy", "macro-f1", "weighted-f1", "matthews");
        assertThat(metrics.value()).isEqualTo(0.6);
        assertThat(metrics.get("macro-f1")).isCloseTo((2.0 / 3 + 0.8) / 3, EXACT);
        assertThat(metrics.get("weighted-f1")).isCloseTo((2.0 / 3 + 3 * 0.8) / 5, EXACT);
        assertThat(metrics.get("matthews")).isCloseTo(6 / Math.sqrt(16 * 14), EXACT);
    }

    @Test
    void agreesWithScikitLearnsExamples() {
        ConfusionMatrix three =
                ConfusionMatrix.of(List.of("0", "1", "2"), new int[] {0, 1, 2, 0, 1, 2}, new int[] {0, 2, 1, 0, 0, 1});
        assertThat(three.macro(three::f1)).isCloseTo(0.26666666666666666, EXACT);
        assertThat(three.weighted(three::f1)).isCloseTo(0.26666666666666666, EXACT);
        assertThat(three.macro(three::precision)).isCloseTo(0.2222222222222222, EXACT);
        assertThat(three.macro(three::recall)).isCloseTo(0.3333333333333333, EXACT);

        ConfusionMatrix two = ConfusionMatrix.of(List.of("-1", "1"), new int[] {1, 1, 1, 0}, new int[] {1, 0, 1, 1});
        assertThat(two.matthews()).isCloseTo(-1.0 / 3, EXACT);
    }

    @Test
    void givesNumbersWhereAQuotientIsUndefined() {
        ConfusionMatrix constant =
                ConfusionMatrix.of(List.of("a", "b", "c"), new int[] {0, 0, 1, 1}, new int[] {0, 0, 0, 0});

        assertThat(constant.precision(1)).isZero();
        assertThat(constant.recall(2)).isZero();
        assertThat(constant.matthews()).isZero();
        assertThat(constant.macro(constant::f1)).as("over a and b only").isCloseTo(2.0 / 3 / 2, EXACT);
    }

    @Test
    void scoresMultiLabel() {
        boolean[][] truth = {{true, false, true}, {false, true, false}, {false, false, false}};
        boolean[][] predicted = {{true, true, false}, {false, true, false}, {false, false, false}};
        Metrics metrics = Metrics.multiLabel(truth, predicted);

        assertThat(metrics.primary()).isEqualTo("micro-f1");
        assertThat(metrics.value()).isCloseTo(2.0 * 2 / (3 + 3), EXACT);
        assertThat(metrics.get("macro-f1")).isCloseTo((1 + 2.0 / 3 + 0) / 3, EXACT);
        assertThat(metrics.get("subset-accuracy")).isCloseTo(2.0 / 3, EXACT);
    }

    @Test
    void agreesWithScipysExamples() {
        double[] x = {1, 2, 3, 4, 5};
        double[] y = {5, 6, 7, 8, 7};
        assertThat(ValueScores.spearman(x, y)).isCloseTo(0.8207826816681233, EXACT);
        assertThat(ValueScores.pearson(new double[] {1, 2, 3, 4, 5, 6, 7}, new double[] {10, 9, 2.5, 6, 4, 3, 2}))
                .isCloseTo(-0.828503883588428, EXACT);
    }

    @Test
    void sharesRanksOfEqualValues() {
        assertThat(ValueScores.ranks(new double[] {7, 3, 7, 1, 7})).containsExactly(4, 2, 4, 1, 4);
    }

    @Test
    void scoresARegression() {
        Metrics metrics = Metrics.regression(new double[] {1, 2, 3, 4}, new double[] {2, 2, 4, 6});

        assertThat(metrics.get("mse")).isEqualTo(1.5);
        assertThat(metrics.get("mae")).isEqualTo(1.0);
        assertThat(metrics.get("pearson")).isCloseTo(7 / Math.sqrt(5 * 11), EXACT);
        assertThat(metrics.get("spearman")).isCloseTo(4.5 / Math.sqrt(5 * 4.5), EXACT);
        assertThat(metrics.value()).isCloseTo((metrics.get("pearson") + metrics.get("spearman")) / 2, EXACT);
        assertThat(Metrics.regression(new double[] {1, 2}, new double[] {3, 3}).value())
                .isZero();
    }

    @Test
    void knowsWhichDirectionIsBetter() {
        Metrics good = new Metrics(Map.of("mse", 1.0, "pearson", 0.9), "pearson");
        Metrics bad = new Metrics(Map.of("mse", 2.0, "pearson", 0.8), "pearson");
        Metrics broken = new Metrics(Map.of("mse", Double.NaN, "pearson", Double.NaN), "pearson");

        assertThat(good.isBetterThan(bad)).isTrue();
        assertThat(good.isBetterThan(good)).isFalse();
        assertThat(good.withPrimary("mse").higherIsBetter()).isFalse();
        assertThat(good.withPrimary("mse").isBetterThan(bad)).isTrue();
        assertThat(broken.isBetterThan(bad)).isFalse();
        assertThat(bad.isBetterThan(broken)).isTrue();
    }

    @Test
    void refusesWhatCannotBeScored() {
        assertThatThrownBy(() -> Metrics.regression(new double[1], new double[2]))
                .hasMessage("2 predictions for 1 rows");
        assertThatThrownBy(() -> Metrics.multiLabel(new boolean[0][], new boolean[0][]))
                .hasMessage("no rows to score");
        assertThatThrownBy(() -> Metrics.classification(REPORT).withPrimary("bleu"))
                .hasMessageContaining("there is no metric \"bleu\", only [accuracy, macro-f1");
        assertThatThrownBy(() -> Metrics.classification(REPORT).get("bleu")).hasMessageContaining("\"bleu\"");
    }

    @Test
    void weighsClasses() {
        assertThat(ClassWeights.balanced(new int[] {1, 1, 1, 1, 0, 0}, 2)).containsExactly(1.5, 0.75);
        assertThat(ClassWeights.balanced(new int[] {0, 0}, 2)).containsExactly(0.5, 0.0);
    }
}
