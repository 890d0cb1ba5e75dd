package dev.graft.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.graft.method.Change;
import dev.graft.method.Lora;
import dev.graft.method.Method;
import dev.graft.method.Methods;
import dev.graft.method.Scaled;
import dev.graft.model.Deltas;
import dev.graft.model.Mode;
import dev.graft.model.Pooling;
import dev.graft.model.Replacement;
import dev.graft.model.Role;
import dev.graft.model.Site;
import dev.graft.tensor.DType;
import dev.graft.tensor.Device;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Tensor;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** L1, L4, L6 to L9 of methods.md 17. */
@OnAllBackbones
class LoraInvariantsTest {
    private final BackboneUnderTest backbone;

    LoraInvariantsTest(BackboneUnderTest backbone) {
        this.backbone = backbone;
    }

    @Test
    void atTheStartOnlyBHasAGradient() {
        try (Specimen specimen = Specimen.fresh(Lora.DEFAULT, backbone)) {
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
        try (Specimen specimen =
                Specimen.perturbed(Methods.parse("lora:rank=4,alpha=6,targets=" + projection), backbone)) {
            Tensor a = specimen.parameter(projection + ".lora.a").value(); // [r, in]
            Tensor b = specimen.parameter(projection + ".lora.b").value(); // [out, r]
            String weight = projection + ".weight";
            Tensor merged = specimen.base().tensor(weight).plusScaled(b.matmul(a), 6 / 4.0);
            assertThatItIsTheBaseWith(weight, merged, specimen);
        }
    }

    @Test
    void twiceTheRankAndAlphaWithZerosIsTheSame() {
        try (Specimen narrow = Specimen.perturbed(Methods.parse("lora:rank=2,alpha=6"), backbone);
                Specimen wide = Specimen.perturbed(Methods.parse("lora:rank=4,alpha=12"), backbone)) {
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
    void twoAtOnePlaceAddUp() {
        Method two = Methods.union(List.of(
                Methods.parse("lora:rank=2,alpha=2"),
                Methods.parse("custom:id=second,where=query+value,form=low_rank,size=3")));
        try (Specimen both = Specimen.perturbed(two, backbone);
                Specimen one = Specimen.perturbed(Methods.parse("lora:rank=5,alpha=5"), backbone)) {
            for (Parameter parameter : one.deltas().parameters()) {
                Tensor first = both.parameter(parameter.name()).value();
                Tensor second = both.parameter(parameter.name().replace(".lora.", ".second."))
                        .value();
                parameter.assign(Tensor.concatenate(parameter.name().endsWith(".a") ? 0 : 1, first, second));
            }
            double[] expected = Texts.flat(one.forward(Texts.all(), Mode.EVALUATION));
            assertThat(Texts.flat(both.forward(Texts.all(), Mode.EVALUATION))).containsExactly(expected, within(1e-12));
        }
    }

    @Test
    void stabilisedTheScaleIsAlphaByTheRootOfTheRank() {
        assertThat(scale("lora:rank=4,alpha=6,stabilised=true")).isEqualTo(3);
        assertThat(scale("lora:rank=4,alpha=6")).isEqualTo(1.5);
        assertThat(scale("lora:rank=4,alpha=6,ranks=value:2+query:9,alphas=layer.0.attention.query:18,stabilised=true"))
                .isEqualTo(6);
    }

    /** The scale at the query of the lowest layer. */
    private double scale(String method) {
        try (Specimen specimen = Specimen.fresh(Methods.parse(method), backbone)) {
            return specimen.deltas().all().stream()
                    .map(Change.class::cast)
                    .filter(change -> change.site().equals(new Site.Linear(0, Role.QUERY)))
                    .map(change -> ((Scaled) change.join()).scale())
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    void besideTheWordTableItIsATableOfLowRankAdded() {
        try (Specimen specimen =
                Specimen.perturbed(Methods.parse("lora:rank=4,alpha=6,targets=embedding.word"), backbone)) {
            Tensor a = specimen.parameter("embedding.word.lora.table.a").value(); // [r, V]
            Tensor b = specimen.parameter("embedding.word.lora.table.b").value(); // [d, r]
            String table = "embedding.word.weight";
            Tensor merged = specimen.base().tensor(table).plusScaled(b.matmul(a).transpose(0, 1), 6 / 4.0);
            assertThatItIsTheBaseWith(table, merged, specimen);
        }
    }

    @Test
    void itsOwnBiasIsScaledAsTheMapIs() {
        try (Specimen specimen =
                Specimen.fresh(Methods.parse("lora:rank=4,alpha=6,targets=layer.1.ffn.up,bias=own"), backbone)) {
            Parameter own = specimen.parameter("layer.1.ffn.up.lora.bias");
            own.assign(Tensor.ones(DType.FLOAT64, Device.CPU, own.value().shape()));
            String bias = "layer.1.ffn.up.bias";
            assertThatItIsTheBaseWith(bias, specimen.base().tensor(bias).plus(1.5), specimen);
        }
    }

    private static void assertThatItIsTheBaseWith(String tensor, Tensor value, Specimen specimen) {
        try (Parameter replaced = Parameter.of(tensor, value, true)) {
            Deltas deltas = new Deltas(List.of(new Replacement(tensor, replaced)));
            double[] expected = Texts.flat(specimen.base().forward(Texts.all(), deltas, Mode.EVALUATION));
            assertThat(Texts.flat(specimen.forward(Texts.all(), Mode.EVALUATION)))
                    .containsExactly(expected, within(1e-12));
        }
    }

    @Test
    void whatMeansNothingIsRefusedWithWhatThereIs() {
        assertThatThrownBy(() -> Specimen.fresh(Methods.parse("lora:targets=query+dense"), backbone))
                .hasMessageContaining("no projection matches 'dense'; there are embedding.word, ")
                .hasMessageContaining(", attention.query, attention.key, ");
        assertThatThrownBy(() -> Specimen.fresh(Methods.parse("lora:ranks=key:2"), backbone))
                .hasMessageContaining("no target matches 'key'; there are attention.query, attention.value");
        assertThatThrownBy(() -> Specimen.fresh(Methods.parse("lora:layers=3"), backbone))
                .hasMessageContaining("layers must be in 0 to 2: 3");
        assertThatThrownBy(() -> Methods.parse("lora:ranks=query")).hasMessageContaining("ranks=target:value");
        assertThatThrownBy(() -> Methods.parse("lora:ranks=query:0"))
                .hasMessageContaining("ranks: query must be >= 1: 0");
        assertThatThrownBy(() -> Methods.parse("lora:bias=some")).hasMessageContaining("some");
    }

    @Test
    void onABaseWithAPoolerThePoolerIsOneTarget() {
        assumeThat(backbone.pooling()).isEqualTo(Pooling.POOLER);
        try (Specimen specimen = Specimen.perturbed(Methods.parse("lora:rank=2,targets=pooler"), backbone)) {
            assertThat(specimen.deltas().parameters())
                    .extracting(Parameter::name)
                    .containsExactly("pooler.lora.a", "pooler.lora.b");
            assertThat(specimen.logits(Mode.EVALUATION).equalTo(specimen.baseLogits()))
                    .isFalse();
        }
    }
}
