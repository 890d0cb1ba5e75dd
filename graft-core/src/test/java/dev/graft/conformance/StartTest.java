package dev.graft.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.graft.model.Architecture;
import dev.graft.model.Delta;
import dev.graft.model.Mode;
import dev.graft.model.OutputDelta;
import dev.graft.tensor.Tensor;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** G1: a freshly attached method starts as close to the base as it promises. */
class StartTest {
    @OnRotatingBackbones
    void theStartIsAsPromised(MethodUnderTest method, BackboneUnderTest backbone) {
        try (Specimen specimen = Specimen.fresh(method, backbone)) {
            Tensor logits = specimen.logits(Mode.EVALUATION);
            assertThat(logits.isFinite()).isTrue();
            switch (method.start()) {
                case Start.Exact() ->
                    assertThat(logits.toDoubles())
                            .containsExactly(specimen.baseLogits().toDoubles());
                case Start.Elsewhere() ->
                    assertThat(logits.equalTo(specimen.baseLogits())).isFalse();
                case Start.Near(ToDoubleFunction<Sizes> share) ->
                    assertThat(largestChange(specimen)).isLessThan(3 * share.applyAsDouble(backbone.sizes()));
            }
        }
    }

    /** The largest change that an output delta makes, as a share of the root mean square of what passes. */
    private static double largestChange(Specimen specimen) {
        double largest = 0;
        for (Delta delta : specimen.deltas().all()) {
            if (delta instanceof OutputDelta output) {
                Probe before = new Probe(output.site());
                Probe after = new Probe(output.site());
                specimen.forwardWith(List.of(before), List.of(after));
                largest = Math.max(largest, relativeChange(before.output(), after.output()));
            }
        }
        return largest;
    }

    private static double relativeChange(double[] before, double[] after) {
        double change = 0;
        double size = 0;
        for (int i = 0; i < before.length; i++) {
            change += Math.pow(after[i] - before[i], 2);
            size += Math.pow(before[i], 2);
        }
        return Math.sqrt(change / size);
    }

    /** What the counts and formulas of this suite rest on. */
    @ParameterizedTest
    @EnumSource(names = {"BERT", "BERT_WITH_POOLER"})
    void aBertSaysOfItselfWhatItsSizesGive(BackboneUnderTest backbone) {
        assertThat(backbone.base().architecture()).isEqualTo(backbone.sizes().architecture());
    }

    @ParameterizedTest
    @EnumSource
    void aBackboneSaysItsSizes(BackboneUnderTest backbone) {
        Architecture said = backbone.base().architecture();
        Sizes sizes = backbone.sizes();
        assertThat(said.layers()).isEqualTo(sizes.layers());
        assertThat(said.hidden()).isEqualTo(sizes.hidden());
        assertThat(said.heads()).isEqualTo(sizes.heads());
        assertThat(said.ffn()).isEqualTo(sizes.ffn());
        assertThat(said.vocabulary()).isEqualTo(sizes.vocabulary());
        assertThat(said.positions()).isEqualTo(sizes.positions());
    }
}
