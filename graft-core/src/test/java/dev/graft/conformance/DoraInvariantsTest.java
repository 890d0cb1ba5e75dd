package dev.graft.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.graft.method.Methods;
import dev.graft.model.Deltas;
import dev.graft.model.Replacement;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Scope;
import dev.graft.tensor.Tensor;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** DoRA is the base with one projection of other rows: turned by a low-rank map, of learned lengths (formats.md 2.1.1). */
class DoraInvariantsTest {
    private static final BackboneUnderTest BERT = BackboneUnderTest.BERT;
    private static final String PROJECTION = "layer.1.ffn.up";
    private static final String METHOD = "dora:rank=4,alpha=6,targets=" + PROJECTION;

    private static Specimen specimen() {
        return Specimen.perturbed(Methods.parse(METHOD), BERT);
    }

    /** {@code W + s B A}. */
    private static Tensor turned(Specimen specimen) {
        Tensor a = specimen.parameter(PROJECTION + ".dora.a").value(); // [r, in]
        Tensor b = specimen.parameter(PROJECTION + ".dora.b").value(); // [out, r]
        return specimen.base().tensor(PROJECTION + ".weight").plusScaled(b.matmul(a), 6 / 4.0);
    }

    private static Tensor norms(Tensor matrix) {
        return matrix.squared().sum(1, true).sqrt(); // [out, 1]
    }

    private static double lossWith(Tensor weight, Specimen specimen) {
        String name = PROJECTION + ".weight";
        try (Parameter replaced = Parameter.of(name, weight, true)) {
            Deltas deltas = new Deltas(List.of(new Replacement(name, replaced)));
            return specimen.lossWith(deltas);
        }
    }

    @Test
    void aRowIsTurnedAndHasTheLearnedLength() {
        try (Specimen specimen = specimen()) {
            Tensor turned = turned(specimen);
            Tensor magnitude =
                    specimen.parameter(PROJECTION + ".dora.magnitude").value();
            Tensor weight = turned.dividedBy(norms(turned)).times(magnitude.unsqueeze(1));
            assertThat(lossWith(weight, specimen)).isCloseTo(specimen.lossValue(), within(1e-12));
        }
    }

    /** Doubling every length doubles the rows and nothing else. */
    @Test
    void theLengthsAtTheStartAreTheRowsNorms() {
        try (Specimen specimen = Specimen.fresh(Methods.parse(METHOD), BERT)) {
            Tensor weight = specimen.base().tensor(PROJECTION + ".weight");
            Parameter magnitude = specimen.parameter(PROJECTION + ".dora.magnitude");
            assertThat(magnitude.value().toDoubles())
                    .containsExactly(norms(weight).toDoubles());
            magnitude.assign(magnitude.value().detach().times(2));
            assertThat(lossWith(weight.times(2), specimen)).isCloseTo(specimen.lossValue(), within(1e-12));
        }
    }

    @Test
    void gradientsAreThoseWithTheNormHeld() {
        try (Specimen specimen = specimen()) {
            specimen.loss().backward();
            Tensor held = norms(turned(specimen)).detach();
            for (String factor : List.of("a", "b")) {
                Parameter parameter = specimen.parameter(PROJECTION + ".dora." + factor);
                double[] gradient = Objects.requireNonNull(parameter.gradient()).toDoubles();
                for (int entry = 0; entry < gradient.length; entry += 7) {
                    double difference = (lossAt(specimen, parameter, entry, 1e-5, held)
                                    - lossAt(specimen, parameter, entry, -1e-5, held))
                            / 2e-5;
                    assertThat(gradient[entry])
                            .as("%s[%d]", parameter.name(), entry)
                            .isCloseTo(difference, within(1e-6 * Math.abs(difference) + 1e-10));
                }
            }
        }
    }

    private static double lossAt(Specimen specimen, Parameter parameter, int entry, double step, Tensor heldNorms) {
        try (Scope scope = Scope.open()) {
            double[] values = parameter.value().toDoubles();
            double[] shifted = values.clone();
            shifted[entry] += step;
            parameter.assign(Tensor.of(shifted, parameter.value().shape()));
            Tensor magnitude =
                    specimen.parameter(PROJECTION + ".dora.magnitude").value();
            Tensor weight = turned(specimen).dividedBy(heldNorms).times(magnitude.unsqueeze(1));
            double loss = lossWith(weight.detach(), specimen);
            parameter.assign(Tensor.of(values, parameter.value().shape()));
            return loss;
        }
    }
}
