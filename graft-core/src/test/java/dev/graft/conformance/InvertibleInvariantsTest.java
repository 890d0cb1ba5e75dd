package dev.graft.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.graft.method.Initializer;
import dev.graft.method.Invertible;
import dev.graft.method.Invertible.Coupling;
import dev.graft.method.Methods;
import dev.graft.model.Backbone;
import dev.graft.model.Deltas;
import dev.graft.model.Embedded;
import dev.graft.model.EmbeddingDelta;
import dev.graft.model.Mode;
import dev.graft.model.Pass;
import dev.graft.model.Site;
import dev.graft.tensor.Parameter;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The coupling of NICE (arXiv 1410.8516, section 3.2). */
class InvertibleInvariantsTest {
    private static final BackboneUnderTest BERT = BackboneUnderTest.BERT;

    @Test
    void theInverseTakesTheCouplingBack() {
        try (Specimen coupled = Specimen.perturbed(Methods.parse("invertible:activation=tanh"), BERT)) {
            Coupling coupling = (Coupling) coupled.deltas().all().getFirst();
            double[] plain = Texts.flat(coupled.base().forward(Texts.all(), Deltas.NONE, Mode.EVALUATION));
            assertThat(Texts.flat(coupled.forward(Texts.all(), Mode.EVALUATION)))
                    .isNotEqualTo(plain);
            assertThat(Texts.flat(coupled.forwardWith(List.of(), List.of(new TakenBack(coupling)))))
                    .containsExactly(plain, within(1e-11));
        }
    }

    @Test
    void withUpOfZerosItIsTheBase() {
        try (Specimen specimen = Specimen.perturbed(Invertible.DEFAULT, BERT)) {
            specimen.deltas().parameters().stream()
                    .filter(parameter -> parameter.name().contains(".up."))
                    .forEach(parameter -> parameter.assign(parameter.value().times(0)));
            assertThat(specimen.logits(Mode.EVALUATION).toDoubles())
                    .containsExactly(specimen.baseLogits().toDoubles());
        }
    }

    @Test
    void anOddWidthIsRefused() {
        try (Backbone odd = TinyBert.open(new Sizes(1, 9, 3, 8, 60, 16, 2, false))) {
            assertThatThrownBy(() -> Invertible.DEFAULT.deltas(odd.architecture(), new Initializer(odd, 1)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("needs an even width: 9");
        }
    }

    /** The inverse right behind the coupling. */
    private record TakenBack(Coupling coupling) implements EmbeddingDelta {
        @Override
        public Site site() {
            return coupling.site();
        }

        @Override
        public Embedded apply(Embedded embedded, Pass pass) {
            return embedded.withStates(coupling.inverse(embedded.states(), pass));
        }

        @Override
        public List<Parameter> parameters() {
            return List.of();
        }
    }
}
