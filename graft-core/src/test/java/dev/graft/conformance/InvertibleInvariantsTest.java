package dev.graft.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.graft.adapter.Adapter;
import dev.graft.method.Bottleneck;
import dev.graft.method.Initializer;
import dev.graft.method.Invertible;
import dev.graft.method.Invertible.Coupling;
import dev.graft.method.Methods;
import dev.graft.method.Words;
import dev.graft.model.Backbone;
import dev.graft.model.Deltas;
import dev.graft.model.Embedded;
import dev.graft.model.EmbeddingDelta;
import dev.graft.model.Hidden;
import dev.graft.model.Marks;
import dev.graft.model.Mode;
import dev.graft.model.Pass;
import dev.graft.model.Pooling;
import dev.graft.model.Site;
import dev.graft.task.Classification;
import dev.graft.tensor.DType;
import dev.graft.tensor.Functions;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.RandomSource;
import dev.graft.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The coupling of NICE (arXiv 1410.8516, section 3.2). */
@OnAllBackbones
class InvertibleInvariantsTest {
    private final BackboneUnderTest backbone;

    InvertibleInvariantsTest(BackboneUnderTest backbone) {
        this.backbone = backbone;
    }

    @Test
    void theInverseTakesTheCouplingBack() {
        try (Specimen coupled = Specimen.perturbed(Methods.parse("invertible:activation=tanh"), backbone)) {
            Coupling coupling = (Coupling) coupled.deltas().all().getFirst();
            double[] plain = Texts.flat(coupled.base().forward(Texts.all(), Deltas.NONE, Mode.EVALUATION));
            assertThat(Texts.flat(coupled.forward(Texts.all(), Mode.EVALUATION)))
                    .isNotEqualTo(plain);
            assertThat(Texts.flat(coupled.forwardWith(List.of(), List.of(new TakenBack(coupling)))))
                    .containsExactly(plain, within(1e-11));
        }
    }

    /** Where nothing but the coupling changes what the head sees, the head takes it back exactly. */
    @ParameterizedTest
    @ValueSource(strings = {"bert", "electra"}) // whose embeddings are narrower than its layers
    void theMaskedLmHeadReadsTheInverseAndTheOthersDoNot(String family) {
        try (Backbone base = family.equals("bert")
                        ? TinyBert.openWithMaskedLm(Sizes.TINY)
                        : TinyElectra.openWithMaskedLm(Sizes.TINY);
                Specimen coupled = new Specimen(base, maskedLm(base))) {
            coupled.perturb(5);
            Coupling coupling = (Coupling) coupled.deltas().all().getFirst();
            Tensor ones = Tensor.of(new long[] {0, 1, 0}, 1, 3).expand(Texts.COUNT, 3);
            Hidden hidden = new Hidden(
                    new RandomSource(4)
                            .normal(1, Texts.COUNT, 3, base.architecture().hidden())
                            .to(DType.FLOAT64),
                    ones,
                    new Marks(ones, ones));
            Tensor read = base.pool(hidden, Pooling.MASK, coupled.deltas(), Mode.EVALUATION); // [3, E]
            Tensor plain = base.pool(hidden, Pooling.MASK, Deltas.NONE, Mode.EVALUATION);
            assertThat(read.toDoubles()).isNotEqualTo(plain.toDoubles());
            assertThat(forward(coupling, read)).containsExactly(plain.toDoubles(), within(1e-12));
            for (Pooling other : List.of(Pooling.CLS, Pooling.MEAN)) {
                assertThat(base.pool(hidden, other, coupled.deltas(), Mode.EVALUATION)
                                .toDoubles())
                        .containsExactly(base.pool(hidden, other, Deltas.NONE, Mode.EVALUATION)
                                .toDoubles());
            }
        }
    }

    private static Adapter maskedLm(Backbone base) {
        return Adapter.create(
                Methods.parse("invertible:activation=tanh"),
                new Classification(List.of("x", "y")),
                base,
                "tiny",
                Pooling.MASK,
                16,
                1,
                new Words(text -> List.of(text.equals("x") ? 7 : 8), List.of("x", "y")));
    }

    /** The coupling by its definition. */
    private static double[] forward(Coupling coupling, Tensor x) {
        long half = x.size(1) / 2;
        Tensor y1 = x.narrow(1, 0, half).plus(applied(coupling.f(), x.narrow(1, half, half)));
        Tensor y2 = x.narrow(1, half, half).plus(applied(coupling.g(), y1));
        return Tensor.concatenate(1, y1, y2).toDoubles();
    }

    private static Tensor applied(Bottleneck form, Tensor x) {
        Tensor inner = Functions.linear(x, form.down().value(), form.downBias().value())
                .tanh();
        return Functions.linear(inner, form.up().value(), form.upBias().value());
    }

    @Test
    void withUpOfZerosItIsTheBase() {
        try (Specimen specimen = Specimen.perturbed(Invertible.DEFAULT, backbone)) {
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
