package dev.graft.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.graft.method.BitFit;
import dev.graft.method.Methods;
import dev.graft.model.Architecture;
import dev.graft.model.Mode;
import dev.graft.tensor.Parameter;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** B1 to B5 of methods.md 19; the counts of B2 and the frozen weights of B4 are tests of every method. */
@OnAllBackbones
class BitFitInvariantsTest {
    private final BackboneUnderTest backbone;

    BitFitInvariantsTest(BackboneUnderTest backbone) {
        this.backbone = backbone;
    }

    @Test
    void everyBiasTrainsAndNothingElse() {
        try (Specimen specimen = Specimen.fresh(BitFit.DEFAULT, backbone)) {
            assertThat(specimen.deltas().replacedTensors())
                    .containsExactlyInAnyOrderElementsOf(specimen.base().architecture().tensors().keySet().stream()
                            .filter(name -> name.endsWith(".bias"))
                            .toList());
        }
    }

    @Test
    void onAKeysBiasNothingDepends() {
        try (Specimen specimen = Specimen.perturbed(BitFit.DEFAULT, backbone)) {
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
        try (Specimen specimen = Specimen.fresh(BitFit.DEFAULT, backbone)) {
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
        "query, attention.query",
        "output, attention.output",
        "ffn.norm, ffn.norm",
        "norm, attention.norm+ffn.norm+embedding.norm"
    })
    void aNameHitsItsPlaceAndNoOther(String name, String places) {
        try (Specimen specimen = Specimen.fresh(Methods.parse("bitfit:biases=" + name), backbone)) {
            Architecture base = specimen.base().architecture();
            Set<String> expected = new HashSet<>();
            for (String place : places.split("\\+")) {
                for (int layer = 0; layer < base.layers(); layer++) {
                    String path = place.startsWith("embedding.") ? place : "layer." + layer + "." + place;
                    expected.add(base.canonical(path + ".bias"));
                }
            }
            assertThat(specimen.deltas().replacedTensors()).containsExactlyInAnyOrderElementsOf(expected);
        }
    }

    @Test
    void aNameMayBeThatOfOneLayer() {
        assumeThat(backbone.base().architecture().shared())
                .as("layers that share their biases have no names for their own")
                .isEmpty();
        try (Specimen specimen = Specimen.fresh(Methods.parse("bitfit:biases=layer.2.ffn.down"), backbone)) {
            assertThat(specimen.deltas().replacedTensors()).containsExactly("layer.2.ffn.down.bias");
        }
    }

    @Test
    void aNameThatHitsNothingIsRefusedWithThoseThereAre() {
        assertThatThrownBy(() -> Specimen.fresh(Methods.parse("bitfit:biases=query+dense"), backbone))
                .hasMessageContaining("no bias matches 'dense'; there are")
                .hasMessageContaining("attention.query, ")
                .hasMessageContaining("embedding.norm");
    }
}
