package dev.graft.bench;

import dev.graft.tensor.DType;
import dev.graft.tensor.Device;
import dev.graft.tensor.Functions;
import dev.graft.tensor.Gradients;
import dev.graft.tensor.RandomSource;
import dev.graft.tensor.Tensor;
import dev.graft.tensor.Workers;
import java.util.Arrays;
import java.util.Collections;
import java.util.function.Supplier;

/** The machine's own rate of matrix products, as the yardstick for a training step measured in the same run. */
final class MatrixPeak {
    private static final int ROWS = 2048;
    private static final int IN = 768;
    private static final int OUT = 3072;
    private static final int REPEATS = 9;

    private MatrixPeak() {}

    /** The GFLOP/s of a large linear layer, one on every core at once. */
    static double measure(DType dtype, Device device) {
        return Workers.run(Collections.<Supplier<Double>>nCopies(Workers.count(device), () -> median(dtype, device)))
                .stream()
                .mapToDouble(Double::doubleValue)
                .sum();
    }

    private static double median(DType dtype, Device device) {
        try (Gradients off = Gradients.off()) {
            RandomSource random = new RandomSource(1);
            Tensor x = random.at("x").normal(1, ROWS, IN).to(dtype).to(device);
            Tensor w = random.at("w").normal(1, OUT, IN).to(dtype).to(device);
            double[] rates = new double[REPEATS];
            for (int i = 0; i < REPEATS; i++) {
                long start = System.nanoTime();
                Functions.linear(x, w, null).select(0, 0).select(0, 0).item();
                rates[i] = 2.0 * ROWS * IN * OUT / (System.nanoTime() - start);
            }
            Arrays.sort(rates);
            return rates[REPEATS / 2];
        }
    }
}
