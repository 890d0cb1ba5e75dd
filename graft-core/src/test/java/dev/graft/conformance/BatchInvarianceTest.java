package dev.graft.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.graft.model.Mode;
import java.util.List;

/** G8, G9: what a text gives depends on that text alone. */
class BatchInvarianceTest {
    private static final double ROUNDING = 1e-12;

    @OnRotatingBackbones
    void paddingChangesNothing(MethodUnderTest method, BackboneUnderTest backbone) {
        try (Specimen specimen = Specimen.perturbed(method, backbone)) {
            List<double[]> expected = Texts.states(specimen.forward(Texts.all(), Mode.EVALUATION));
            List<double[]> padded = Texts.states(specimen.forward(Texts.padded(4), Mode.EVALUATION));
            for (int text = 0; text < Texts.COUNT; text++) {
                assertThat(padded.get(text)).containsExactly(expected.get(text), within(ROUNDING));
            }
        }
    }

    @OnRotatingBackbones
    void aTextGivesTheSameAloneAndInABatch(MethodUnderTest method, BackboneUnderTest backbone) {
        try (Specimen specimen = Specimen.perturbed(method, backbone)) {
            List<double[]> together = Texts.states(specimen.forward(Texts.all(), Mode.EVALUATION));
            for (int text = 0; text < Texts.COUNT; text++) {
                List<double[]> alone = Texts.states(specimen.forward(Texts.alone(text), Mode.EVALUATION));
                assertThat(alone.getFirst())
                        .hasSize(Texts.length(text) * backbone.sizes().hidden());
                assertThat(together.get(text)).containsExactly(alone.getFirst(), within(ROUNDING));
            }
        }
    }
}
