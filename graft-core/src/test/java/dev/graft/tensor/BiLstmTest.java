package dev.graft.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The LSTM of libtorch against one written out by its formula, forward and gradient. */
class BiLstmTest {
    private static final int STEPS = 5;
    private static final int IN = 3;
    private static final int HIDDEN = 4;
    private static final int LAYERS = 2;

    @Test
    void itIsTheFormulaInBothDirections() {
        try (Scope scope = Scope.open()) {
            assertThat(Functions.biLstm(input(DType.FLOAT64), weights(DType.FLOAT64), LAYERS)
                            .toDoubles())
                    .containsExactly(
                            writtenOut(input(DType.FLOAT64), weights(DType.FLOAT64))
                                    .toDoubles(),
                            within(1e-14));
            assertThat(Functions.biLstm(input(DType.FLOAT32), weights(DType.FLOAT32), LAYERS)
                            .toDoubles())
                    .containsExactly(
                            writtenOut(input(DType.FLOAT64), weights(DType.FLOAT64))
                                    .toDoubles(),
                            within(1e-6));
        }
    }

    @Test
    void itsGradientsAreThoseOfTheFormula() {
        try (Scope scope = Scope.open()) {
            for (DType dtype : List.of(DType.FLOAT64, DType.FLOAT32)) {
                List<double[]> ours = gradients(dtype, true);
                List<double[]> expected = gradients(DType.FLOAT64, false);
                for (int i = 0; i < expected.size(); i++) {
                    assertThat(ours.get(i))
                            .as("tensor %d in %s", i, dtype)
                            .containsExactly(expected.get(i), within(dtype == DType.FLOAT64 ? 1e-13 : 1e-5));
                }
            }
        }
    }

    /** The gradients of the sum of squares, of the input and then the weights. */
    private static List<double[]> gradients(DType dtype, boolean theirs) {
        List<Parameter> parameters = new ArrayList<>();
        parameters.add(Parameter.of("x", input(dtype), false));
        weights(dtype).forEach(weight -> parameters.add(Parameter.of("w", weight, false)));
        List<Tensor> values = parameters.stream().map(Parameter::value).toList();
        List<Tensor> weights = values.subList(1, values.size());
        Tensor states =
                theirs ? Functions.biLstm(values.getFirst(), weights, LAYERS) : writtenOut(values.getFirst(), weights);
        states.squared().sum().backward();
        List<double[]> gradients = parameters.stream()
                .map(parameter -> Objects.requireNonNull(parameter.gradient()).toDoubles())
                .toList();
        parameters.forEach(Parameter::close);
        return gradients;
    }

    private static Tensor input(DType dtype) {
        return new RandomSource(1).at("x").normal(1, STEPS, IN).to(dtype);
    }

    private static List<Tensor> weights(DType dtype) {
        RandomSource random = new RandomSource(2);
        List<Tensor> weights = new ArrayList<>();
        for (int layer = 0; layer < LAYERS; layer++) {
            for (String direction : List.of("forward", "backward")) {
                RandomSource source = random.at(layer).at(direction);
                int reads = layer == 0 ? IN : 2 * HIDDEN;
                weights.add(source.at("W_ih").normal(0.5, 4 * HIDDEN, reads).to(dtype));
                weights.add(source.at("W_hh").normal(0.5, 4 * HIDDEN, HIDDEN).to(dtype));
                weights.add(source.at("b_ih").normal(0.5, 4 * HIDDEN).to(dtype));
                weights.add(source.at("b_hh").normal(0.5, 4 * HIDDEN).to(dtype));
            }
        }
        return weights;
    }

    private static Tensor writtenOut(Tensor x, List<Tensor> weights) {
        Tensor sequence = x;
        for (int layer = 0; layer < LAYERS; layer++) {
            List<Tensor> forward = weights.subList(8 * layer, 8 * layer + 4);
            List<Tensor> backward = weights.subList(8 * layer + 4, 8 * layer + 8);
            sequence = Tensor.concatenate(1, oneWay(sequence, forward, false), oneWay(sequence, backward, true));
        }
        return sequence;
    }

    private static Tensor oneWay(Tensor x, List<Tensor> weights, boolean backward) {
        Tensor h = Tensor.zeros(x.dtype(), x.device(), HIDDEN);
        Tensor c = h;
        Tensor[] states = new Tensor[STEPS];
        for (int i = 0; i < STEPS; i++) {
            int t = backward ? STEPS - 1 - i : i;
            Tensor gates = Functions.linear(x.select(0, t), weights.get(0), weights.get(2))
                    .plus(Functions.linear(h, weights.get(1), weights.get(3)));
            Tensor input = gates.narrow(0, 0, HIDDEN).sigmoid();
            Tensor forget = gates.narrow(0, HIDDEN, HIDDEN).sigmoid();
            Tensor cell = gates.narrow(0, 2 * HIDDEN, HIDDEN).tanh();
            Tensor output = gates.narrow(0, 3 * HIDDEN, HIDDEN).sigmoid();
            c = forget.times(c).plus(input.times(cell));
            h = output.times(c.tanh());
            states[t] = h;
        }
        return Tensor.stacked(0, List.of(states));
    }
}
