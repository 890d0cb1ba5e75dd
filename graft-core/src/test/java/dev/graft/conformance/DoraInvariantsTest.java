package dev.graft.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.graft.method.Method;
import dev.graft.method.Methods;
import dev.graft.model.Deltas;
import dev.graft.model.Replacement;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Scope;
import dev.graft.tensor.Tensor;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** DoRA is the base with one projection of other rows: turned by a low-rank map, of learned lengths (formats.md 2.1.1). */
@OnAllBackbones
class DoraInvariantsTest {
    private final BackboneUnderTest backbone;

    DoraInvariantsTest(BackboneUnderTest backbone) {
        this.backbone = backbone;
    }

    private static Method method(String projection) {
        return Methods.parse("dora:rank=4,alpha=6,targets=" + projection);
    }

    /** {@code W + s B A}. */
    private static Tensor turned(Specimen specimen, String projection) {
        Tensor a = specimen.parameter(projection + ".dora.a").value(); // [r, in]
        Tensor b = specimen.parameter(projection + ".dora.b").value(); // [out, r]
        return specimen.base().tensor(projection + ".weight").plusScaled(b.matmul(a), 6 / 4.0);
    }

    private static Tensor norms(Tensor matrix) {
        return matrix.squared().sum(1, true).sqrt(); // [out, 1]
    }

    private static double lossWith(Tensor weight, Specimen specimen, String projection) {
        String name = projection + ".weight";
        try (Parameter replaced = Parameter.of(name, weight, true)) {
            Deltas deltas = new Deltas(List.of(new Replacement(name, replaced)));
            return specimen.lossWith(deltas);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"layer.0.attention.query", "layer.1.ffn.up", "layer.2.ffn.down"})
    void aRowIsTurnedAndHasTheLearnedLength(String projection) {
        try (Specimen specimen = Specimen.perturbed(method(projection), backbone)) {
            Tensor turned = turned(specimen, projection);
            Tensor magnitude =
                    specimen.parameter(projection + ".dora.magnitude").value();
            Tensor weight = turned.dividedBy(norms(turned)).times(magnitude.unsqueeze(1));
            assertThat(lossWith(weight, specimen, projection)).isCloseTo(specimen.lossValue(), within(1e-12));
        }
    }

    /** Doubling every length doubles the rows and nothing else. */
    @ParameterizedTest
    @ValueSource(strings = {"layer.0.attention.query", "layer.1.ffn.up", "layer.2.ffn.down"})
    void theLengthsAtTheStartAreTheRowsNorms(String projection) {
        try (Specimen specimen = Specimen.fresh(method(projection), backbone)) {
            Tensor weight = specimen.base().tensor(projection + ".weight");
            Parameter magnitude = specimen.parameter(projection + ".dora.magnitude");
            assertThat(magnitude.value().toDoubles())
                    .containsExactly(norms(weight).toDoubles());
            magnitude.assign(magnitude.value().detach().times(2));
            assertThat(lossWith(weight.times(2), specimen, projection)).isCloseTo(specimen.lossValue(), within(1e-12));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"layer.0.attention.query", "layer.1.ffn.up", "layer.2.ffn.down"})
    void gradientsAreThoseWithTheNormHeld(String projection) {
        try (Specimen specimen = Specimen.perturbed(method(projection), backbone)) {
            specimen.loss().backward();
            Tensor held = norms(turned(specimen, projection)).detach();
            for (String factor : List.of("a", "b")) {
                Parameter parameter = specimen.parameter(projection + ".dora." + factor);
                double[] gradient = Objects.requireNonNull(parameter.gradient()).toDoubles();
                for (int entry = 0; entry < gradient.length; entry += 7) {
                    double above = lossAt(specimen, projection, parameter, entry, 1e-5, held);
                    double below = lossAt(specimen, projection, parameter, entry, -1e-5, held);
                    double difference = (above - below) / 2e-5;
                    assertThat(gradient[entry])
                            .as("%s[%d]", parameter.name(), entry)
                            .isCloseTo(difference, within(1e-6 * Math.abs(difference) + 1e-10));
                }
            }
        }
    }

    private static double lossAt(
            Specimen specimen, String projection, Parameter parameter, int entry, double step, Tensor heldNorms) {
        try (Scope scope = Scope.open()) {
            double[] values = parameter.value().toDoubles();
            double[] shifted = values.clone();
            shifted[entry] += step;
            parameter.assign(Tensor.of(shifted, parameter.value().shape()));
            Tensor magnitude =
                    specimen.parameter(projection + ".dora.magnitude").value();
            Tensor weight = turned(specimen, projection).dividedBy(heldNorms).times(magnitude.unsqueeze(1));
            double loss = lossWith(weight.detach(), specimen, projection);
            parameter.assign(Tensor.of(values, parameter.value().shape()));
            return loss;
        }
    }
}
