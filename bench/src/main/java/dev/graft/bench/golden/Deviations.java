package dev.graft.bench.golden;

import dev.graft.tensor.Tensor;
import java.util.Arrays;
import java.util.Locale;

/** How far computed numbers are from stored ones; the worst of all comparisons decides. */
final class Deviations {
    private double worst;
    private String worstWords = "";

    /** Compares element by element. */
    void compare(String what, Tensor computed, Tensor stored, Tolerance tolerance) {
        if (!Arrays.equals(computed.shape(), stored.shape())) {
            note(
                    Double.POSITIVE_INFINITY,
                    "%s has shape %s, expected %s"
                            .formatted(what, Arrays.toString(computed.shape()), Arrays.toString(stored.shape())));
            return;
        }
        double[] actual = computed.toDoubles();
        double[] expected = stored.toDoubles();
        double floor = tolerance.floor(stored);
        for (int i = 0; i < actual.length; i++) {
            compare(what, actual[i], expected[i], tolerance.relative() * Math.abs(expected[i]) + floor);
        }
    }

    private void compare(String what, double computed, double stored, double allowed) {
        double error = Math.abs(computed - stored);
        double share = error == 0 ? 0 : error / allowed;
        if (Double.isNaN(share) || share > worst) {
            note(
                    share,
                    String.format(
                            Locale.ROOT,
                            "%s: %.8g, expected %.8g: off by %.2g, allowed %.2g",
                            what,
                            computed,
                            stored,
                            error,
                            allowed));
        }
    }

    private void note(double share, String words) {
        if (!Double.isNaN(worst)) {
            worst = share;
            worstWords = words;
        }
    }

    Verdict verdict() {
        return worst <= 1 ? new Verdict.Passed(worst) : new Verdict.Failed(worstWords);
    }
}
