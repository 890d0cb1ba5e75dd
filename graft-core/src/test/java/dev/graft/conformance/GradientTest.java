package dev.graft.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.graft.tensor.Parameter;
import dev.graft.tensor.Scope;
import dev.graft.tensor.Tensor;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** G7: the gradients are those of the loss. */
class GradientTest {
    private static final int ENTRIES = 20;
    private static final double STEP = 1e-5;
    private static final double RELATIVE = 1e-6;

    /** What rounding leaves of a difference that is truly zero: an ulp of the loss over the step. */
    private static final double FLOOR = 1e-10;

    @OnRotatingBackbones
    void gradientsAreCentralDifferences(MethodUnderTest method, BackboneUnderTest backbone) {
        try (Specimen specimen = Specimen.perturbed(method, backbone)) {
            specimen.loss().backward();
            specimen.parameters().stream()
                    .filter(GradientTest::isOfTheLoss)
                    .forEach(parameter -> check(specimen, parameter));
        }
    }

    /** DoRA takes the norm that its factors make for a constant; {@link DoraInvariantsTest} differentiates with it held. */
    private static boolean isOfTheLoss(Parameter parameter) {
        return !parameter.name().endsWith(".dora.a") && !parameter.name().endsWith(".dora.b");
    }

    private static void check(Specimen specimen, Parameter parameter) {
        double[] gradient = Objects.requireNonNull(parameter.gradient()).toDoubles();
        double[] values = parameter.value().toDoubles();
        sample(gradient).forEach(entry -> {
            double above = lossAt(specimen, parameter, values, entry, STEP);
            double below = lossAt(specimen, parameter, values, entry, -STEP);
            double difference = (above - below) / (2 * STEP);
            assertThat(gradient[entry])
                    .as("%s[%d]", parameter.name(), entry)
                    .isCloseTo(difference, within(RELATIVE * Math.abs(difference) + FLOOR));
        });
    }

    /** Half of the sample has gradients other than zero where any has, so that a word table is tested on words that occur. */
    private static IntStream sample(double[] gradient) {
        SplittableRandom random = new SplittableRandom(gradient.length);
        if (gradient.length <= ENTRIES) {
            return IntStream.range(0, gradient.length);
        }
        int[] moving = IntStream.range(0, gradient.length)
                .filter(entry -> gradient[entry] != 0)
                .toArray();
        IntStream any = random.ints(ENTRIES / 2, 0, gradient.length);
        return moving.length == 0
                ? any
                : IntStream.concat(
                        any, random.ints(ENTRIES / 2, 0, moving.length).map(i -> moving[i]));
    }

    private static double lossAt(Specimen specimen, Parameter parameter, double[] values, int entry, double step) {
        try (Scope scope = Scope.open()) {
            double[] shifted = values.clone();
            shifted[entry] += step;
            long[] shape = parameter.value().shape();
            parameter.assign(Tensor.of(shifted, shape));
            double loss = specimen.lossValue();
            parameter.assign(Tensor.of(values, shape));
            return loss;
        }
    }
}
