package dev.graft.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.graft.tensor.DType;
import dev.graft.tensor.Gradients;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.RandomSource;
import dev.graft.tensor.Scope;
import dev.graft.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Attention in half precision against libtorch's in double precision. */
class HeadsTest {
    private static final int BATCH = 2;
    private static final int HEADS = 3;
    private static final int SIZE = 8;
    private static final double HALF_PRECISION = 0.02;
    private static final RandomSource RANDOM = new RandomSource(7);

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 15, 16, 17, 31, 32, 33, 63, 64, 70})
    void halfPrecisionGivesTheSameValuesAndGradients(int keys) {
        for (int queries : new int[] {keys, 1}) {
            for (Tensor mask : Arrays.asList(null, mask(keys))) {
                List<double[]> expected = attend(DType.FLOAT64, queries, keys, mask);
                List<double[]> actual = attend(DType.BFLOAT16, queries, keys, mask);
                for (int i = 0; i < expected.size(); i++) {
                    assertAlike(actual.get(i), expected.get(i), i, queries, keys, mask);
                }
            }
        }
    }

    /** With AMX another kernel computes it where there are rows enough. */
    @ParameterizedTest
    @ValueSource(ints = {10, 15, 63, 64, 65, 200})
    void halfPrecisionGivesTheSameValuesWithoutGradients(int keys) {
        for (int queries : new int[] {keys, 1, 100}) {
            for (Tensor mask : Arrays.asList(null, mask(keys))) {
                double[] expected = attend(DType.FLOAT64, queries, keys, mask).getFirst();
                try (Gradients off = Gradients.off();
                        Scope scope = Scope.open();
                        Parameter q = parameter("q", queries);
                        Parameter k = parameter("k", keys);
                        Parameter v = parameter("v", keys)) {
                    double[] actual = output(DType.BFLOAT16, q, k, v, mask).toDoubles();
                    assertAlike(actual, expected, 0, queries, keys, mask);
                }
            }
        }
    }

    private static void assertAlike(
            double[] actual, double[] expected, int i, int queries, int keys, @Nullable Tensor mask) {
        double largest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
        assertThat(actual)
                .as("%d: %d queries of %d keys, mask %s", i, queries, keys, mask)
                .containsExactly(expected, within(HALF_PRECISION * Math.max(1, largest)));
    }

    /** The last third of the second text's keys is padding. */
    private static Tensor mask(int keys) {
        float[] values = new float[BATCH * keys];
        Arrays.fill(values, keys + keys - keys / 3, values.length, (float) Heads.UNSEEN);
        return Tensor.of(values, BATCH, 1, 1, keys);
    }

    /** The output and the gradients of queries, keys and values. */
    private static List<double[]> attend(DType dtype, int queries, int keys, @Nullable Tensor mask) {
        try (Scope scope = Scope.open();
                Parameter q = parameter("q", queries);
                Parameter k = parameter("k", keys);
                Parameter v = parameter("v", keys)) {
            Tensor output = output(dtype, q, k, v, mask);
            Tensor direction = RANDOM.at("direction").normal(1, output.shape()).to(DType.BFLOAT16);
            output.times(direction.to(dtype)).to(DType.FLOAT64).sum().backward();
            return List.of(output.toDoubles(), gradient(q), gradient(k), gradient(v));
        }
    }

    /** [B, H, R, e]. */
    private static Tensor output(DType dtype, Parameter q, Parameter k, Parameter v, @Nullable Tensor mask) {
        return new Heads(
                        q.value(),
                        split(q.in(dtype)),
                        split(k.in(dtype)),
                        split(v.in(dtype)),
                        mask == null ? null : mask.to(dtype),
                        UnaryOperator.identity(),
                        UnaryOperator.identity())
                .attend();
    }

    /** Of numbers that half precision holds exactly. */
    private static Parameter parameter(String name, int rows) {
        Tensor values =
                RANDOM.at(name).normal(1, BATCH, rows, (long) HEADS * SIZE).to(DType.BFLOAT16);
        return Parameter.of(name, values.to(DType.FLOAT64), false);
    }

    /** [B, T, d] to [B, H, T, e], not in one piece, as a layer makes them. */
    private static Tensor split(Tensor x) {
        return x.reshape(BATCH, x.size(1), HEADS, SIZE).transpose(1, 2);
    }

    private static double[] gradient(Parameter parameter) {
        return Objects.requireNonNull(parameter.gradient()).toDoubles();
    }
}
