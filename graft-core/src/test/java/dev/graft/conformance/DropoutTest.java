package dev.graft.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.graft.model.Mode;
import dev.graft.tensor.RandomSource;

/** G10: dropout happens in training, where it is declared, and by an address of seed and step. */
class DropoutTest {
    @OnRotatingBackbones
    void evaluationIsDeterministic(MethodUnderTest method, BackboneUnderTest backbone) {
        try (Specimen specimen = Specimen.perturbed(method, backbone)) {
            assertThat(specimen.logits(Mode.EVALUATION).toDoubles())
                    .containsExactly(specimen.logits(Mode.EVALUATION).toDoubles());
        }
    }

    @OnRotatingBackbones
    void underTheHeadAndWithoutTheBasesOnlyDeclaredDropoutActs(MethodUnderTest method, BackboneUnderTest backbone) {
        try (Specimen specimen = Specimen.perturbed(method, backbone)) {
            double[] training = Texts.flat(specimen.forward(Texts.all(), step(1, 1, 0)));
            double[] evaluation = Texts.flat(specimen.forward(Texts.all(), Mode.EVALUATION));
            if (method.dropsInTraining()) {
                assertThat(training).isNotEqualTo(evaluation);
            } else {
                assertThat(training).containsExactly(evaluation);
            }
        }
    }

    @OnRotatingBackbones
    void masksFollowFromSeedAndStep(MethodUnderTest method, BackboneUnderTest backbone) {
        try (Specimen specimen = Specimen.perturbed(method, backbone)) {
            double[] first = specimen.logits(step(1, 1, 0.1)).toDoubles();
            assertThat(specimen.logits(step(1, 2, 0.1)).toDoubles()).isNotEqualTo(first);
            assertThat(specimen.logits(step(2, 1, 0.1)).toDoubles()).isNotEqualTo(first);
            assertThat(specimen.logits(step(1, 1, 0.1)).toDoubles()).containsExactly(first);
        }
    }

    private static Mode step(long seed, long step, double baseDropout) {
        return Mode.training(new RandomSource(seed).at(step), baseDropout);
    }
}
