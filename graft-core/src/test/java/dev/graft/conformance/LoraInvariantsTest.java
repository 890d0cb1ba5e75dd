package dev.graft.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.graft.method.Lora;
import dev.graft.method.Methods;
import dev.graft.model.Deltas;
import dev.graft.model.Mode;
import dev.graft.model.Replacement;
import dev.graft.tensor.DType;
import dev.graft.tensor.Device;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Tensor;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** L1, L4, L6, L8 of methods.md 17. */
class LoraInvariantsTest {
    private static final BackboneUnderTest BERT = BackboneUnderTest.BERT;

    @Test
    void atTheStartOnlyBHasAGradient() {
        try (Specimen specimen = Specimen.fresh(Lora.DEFAULT, BERT)) {
            specimen.loss().backward();
            for (Parameter parameter : specimen.deltas().parameters()) {
                double largest =
                        Objects.requireNonNull(parameter.gradient()).abs().max().item();
                if (parameter.name().endsWith(".a")) {
                    assertThat(largest).as(parameter.name()).isZero();
                } else {
                    assertThat(largest).as(parameter.name()).isPositive();
                }
            }
        }
    }

    @Test
    void itIsTheProjectionWithScaledBAAdded() {
        String projection = "layer.1.ffn.up";
        try (Specimen specimen = Specimen.perturbed(Methods.parse("lora:rank=4,alpha=6,targets=" + projection), BERT)) {
            Tensor a = specimen.parameter(projection + ".lora.a").value(); // [r, in]
            Tensor b = specimen.parameter(projection + ".lora.b").value(); // [out, r]
            String weight = projection + ".weight";
            Tensor merged = specimen.base().tensor(weight).plusScaled(b.matmul(a), 6 / 4.0);
            try (Parameter replaced = Parameter.of(weight, merged, true)) {
                Deltas deltas = new Deltas(List.of(new Replacement(weight, replaced)));
                double[] expected = Texts.flat(specimen.base().forward(Texts.all(), deltas, Mode.EVALUATION));
                assertThat(Texts.flat(specimen.forward(Texts.all(), Mode.EVALUATION)))
                        .containsExactly(expected, within(1e-12));
            }
        }
    }

    @Test
    void twiceTheRankAndAlphaWithZerosIsTheSame() {
        try (Specimen narrow = Specimen.perturbed(Methods.parse("lora:rank=2,alpha=6"), BERT);
                Specimen wide = Specimen.perturbed(Methods.parse("lora:rank=4,alpha=12"), BERT)) {
            for (Parameter parameter : narrow.deltas().parameters()) {
                Tensor value = parameter.value();
                Tensor zeros = Tensor.zeros(DType.FLOAT64, Device.CPU, value.shape());
                int rankDimension = parameter.name().endsWith(".a") ? 0 : 1;
                wide.parameter(parameter.name()).assign(Tensor.concatenate(rankDimension, value, zeros));
            }
            double[] expected = Texts.flat(narrow.forward(Texts.all(), Mode.EVALUATION));
            assertThat(Texts.flat(wide.forward(Texts.all(), Mode.EVALUATION))).containsExactly(expected, within(1e-12));
        }
    }

    @Test
    void onABaseWithAPoolerThePoolerIsOneTarget() {
        try (Specimen specimen =
                Specimen.perturbed(Methods.parse("lora:rank=2,targets=pooler"), BackboneUnderTest.BERT_WITH_POOLER)) {
            assertThat(specimen.deltas().parameters())
                    .extracting(Parameter::name)
                    .containsExactly("pooler.lora.a", "pooler.lora.b");
            assertThat(specimen.logits(Mode.EVALUATION).equalTo(specimen.baseLogits()))
                    .isFalse();
        }
    }
}
