package dev.graft.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.graft.method.BitFit;
import dev.graft.method.Method;
import dev.graft.method.Methods;
import dev.graft.model.Mode;
import dev.graft.tensor.Parameter;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** B1 to B5 of methods.md 19; the counts of B2 and the frozen weights of B4 are tests of every method. */
class BitFitInvariantsTest {
    private static final BackboneUnderTest BERT = BackboneUnderTest.BERT;

    @ParameterizedTest
    @EnumSource
    void everyBiasTrainsAndNothingElse(BackboneUnderTest backbone) {
        try (Specimen specimen = Specimen.fresh(BitFit.DEFAULT, backbone)) {
            assertThat(specimen.deltas().replacedTensors())
                    .containsExactlyInAnyOrderElementsOf(specimen.base().architecture().tensors().keySet().stream()
                            .filter(name -> name.endsWith(".bias"))
                            .toList());
        }
    }

    @Test
    void onAKeysBiasNothingDepends() {
        try (Specimen specimen = Specimen.perturbed(BitFit.DEFAULT, BERT)) {
            specimen.loss().backward();
            for (Parameter parameter : specimen.deltas().parameters()) {
                double largest =
                        Objects.requireNonNull(parameter.gradient()).abs().max().item();
                if (parameter.name().endsWith("attention.key.bias")) {
                    assertThat(largest).as(parameter.name()).isCloseTo(0, within(1e-14));
                } else {
                    assertThat(largest).as(parameter.name()).isGreaterThan(1e-6);
                }
            }
        }
    }

    @Test
    void theBasesOwnBiasesPutBackGiveTheBase() {
        try (Specimen specimen = Specimen.fresh(BitFit.DEFAULT, BERT)) {
            specimen.train(2);
            assertThat(specimen.logits(Mode.EVALUATION).equalTo(specimen.baseLogits()))
                    .isFalse();
            for (Parameter parameter : specimen.deltas().parameters()) {
                parameter.assign(specimen.base().tensor(parameter.name()));
            }
            assertThat(specimen.logits(Mode.EVALUATION).toDoubles())
                    .containsExactly(specimen.baseLogits().toDoubles());
        }
    }

    /** A name hits whole words, so that {@code output} is attention's projection and {@code norm} all three kinds. */
    @ParameterizedTest
    @CsvSource({
        "query, layer.1.attention.query.bias, 3",
        "output, layer.1.attention.output.bias, 3",
        "ffn.norm, layer.1.ffn.norm.bias, 3",
        "norm, embedding.norm.bias, 7",
        "layer.2.ffn.down, layer.2.ffn.down.bias, 1"
    })
    void aNameHitsItsPlaceAndNoOther(String name, String one, int all) {
        Method method = Methods.parse("bitfit:biases=" + name);
        try (Specimen specimen = Specimen.fresh(method, BERT)) {
            assertThat(specimen.deltas().replacedTensors()).hasSize(all).contains(one);
        }
    }

    @Test
    void aNameThatHitsNothingIsRefusedWithThoseThereAre() {
        assertThatThrownBy(() -> Specimen.fresh(Methods.parse("bitfit:biases=query+dense"), BERT))
                .hasMessageContaining("no bias matches 'dense'; there are")
                .hasMessageContaining("attention.query, ")
                .hasMessageContaining("embedding.norm");
    }
}
