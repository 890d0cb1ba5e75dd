package dev.graft.conformance;

import dev.graft.model.Batch;
import dev.graft.model.Hidden;
import dev.graft.tensor.Device;
import dev.graft.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Three texts of different lengths, two of them pairs. */
final class Texts {
    static final int COUNT = 3;

    private static final List<int[]> IDS =
            List.of(new int[] {2, 17, 45, 8, 33, 21, 3}, new int[] {2, 9, 54, 3}, new int[] {2, 30, 11, 7, 3});
    private static final List<int[]> TYPES =
            List.of(new int[] {0, 0, 0, 0, 1, 1, 1}, new int[] {0, 0, 0, 0}, new int[] {0, 0, 1, 1, 1});

    private Texts() {}

    /** The texts in one batch, the shorter ones padded. */
    static Batch all() {
        return Batch.of(IDS, TYPES, 0, Device.CPU);
    }

    /** One text without padding. */
    static Batch alone(int text) {
        return Batch.of(List.of(IDS.get(text)), List.of(TYPES.get(text)), 0, Device.CPU);
    }

    /** The number of tokens of a text. */
    static int length(int text) {
        return IDS.get(text).length;
    }

    /** The texts in one batch with so many columns of padding that nobody needs, filled with a word's id. */
    static Batch padded(int columns) {
        Batch batch = all();
        return new Batch(
                widened(batch.ids(), columns, 13),
                widened(batch.types(), columns, 1),
                widened(batch.mask(), columns, 0));
    }

    private static Tensor widened(Tensor rows, int columns, long value) {
        long[] values = new long[COUNT * columns];
        Arrays.fill(values, value);
        return Tensor.concatenate(1, rows, Tensor.of(values, COUNT, columns));
    }

    /** The states of a text's own tokens, [tokens * d], one array per text: no padding, no inserted rows. */
    static List<double[]> states(Hidden hidden) {
        int d = (int) hidden.states().size(-1);
        int columns = (int) hidden.text().size(1);
        double[] states = hidden.states().toDoubles();
        double[] text = hidden.text().toDoubles();
        List<double[]> perText = new ArrayList<>();
        for (int row = 0; row < hidden.text().size(0); row++) {
            double[] own = new double[columns * d];
            int filled = 0;
            for (int position = row * columns; position < (row + 1) * columns; position++) {
                if (text[position] == 1) {
                    System.arraycopy(states, position * d, own, filled, d);
                    filled += d;
                }
            }
            perText.add(Arrays.copyOf(own, filled));
        }
        return perText;
    }

    /** Every state of a batch, [B * T * d]. */
    static double[] flat(Hidden hidden) {
        return hidden.states().toDoubles();
    }
}
