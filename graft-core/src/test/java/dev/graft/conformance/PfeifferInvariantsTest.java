package dev.graft.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.graft.method.Bottleneck;
import dev.graft.method.Change;
import dev.graft.method.Gated;
import dev.graft.method.Methods;
import dev.graft.model.Delta;
import dev.graft.model.Deltas;
import dev.graft.model.Mode;
import dev.graft.model.Site;
import dev.graft.model.Site.Sublayer.Block;
import dev.graft.tensor.Functions;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** P1 to P3 of methods.md 4, and the gate of methods.md 13. */
@OnAllBackbones
class PfeifferInvariantsTest {
    private static final Site FFN = new Site.Sublayer(0, Block.FFN);

    private final BackboneUnderTest backbone;

    PfeifferInvariantsTest(BackboneUnderTest backbone) {
        this.backbone = backbone;
    }

    @ParameterizedTest
    @ValueSource(strings = {"ffn", "attention+ffn+layer"})
    void withUpOfZerosItIsTheBase(String sites) {
        try (Specimen specimen = Specimen.perturbed(Methods.parse("pfeiffer:bottleneck=4,sites=" + sites), backbone)) {
            specimen.deltas().parameters().stream()
                    .filter(parameter -> parameter.name().contains(".up."))
                    .forEach(parameter -> parameter.assign(parameter.value().times(0)));
            assertThat(specimen.logits(Mode.EVALUATION).toDoubles())
                    .containsExactly(specimen.baseLogits().toDoubles());
        }
    }

    @Test
    void anAdapterLeftOutIsAnAdapterSkipped() {
        try (Specimen specimen = Specimen.perturbed(Methods.parse("pfeiffer:bottleneck=4"), backbone)) {
            List<Delta> kept = specimen.deltas().all().stream()
                    .filter(delta -> ((Site.Sublayer) ((Change) delta).site()).layer() != 1)
                    .toList();
            double[] without = Texts.flat(specimen.base().forward(Texts.all(), new Deltas(kept), Mode.EVALUATION));
            specimen.parameter("layer.1.ffn.bottleneck.up.weight")
                    .assign(specimen.parameter("layer.1.ffn.bottleneck.up.weight")
                            .value()
                            .times(0));
            specimen.parameter("layer.1.ffn.bottleneck.up.bias")
                    .assign(specimen.parameter("layer.1.ffn.bottleneck.up.bias")
                            .value()
                            .times(0));
            assertThat(without).containsExactly(Texts.flat(specimen.forward(Texts.all(), Mode.EVALUATION)));
        }
    }

    @Test
    void readingTheOutputItIsHoulsbysOnTheFeedForward() {
        String options = "bottleneck=4,activation=relu,sites=ffn";
        try (Specimen pfeiffer = Specimen.perturbed(Methods.parse("pfeiffer:reads=output," + options), backbone);
                Specimen houlsby = Specimen.perturbed(Methods.parse("houlsby:layernorm=frozen," + options), backbone)) {
            for (Parameter parameter : pfeiffer.deltas().parameters()) {
                houlsby.parameter(parameter.name()).assign(parameter.value());
            }
            assertThat(Texts.flat(pfeiffer.forward(Texts.all(), Mode.EVALUATION)))
                    .containsExactly(Texts.flat(houlsby.forward(Texts.all(), Mode.EVALUATION)));
        }
    }

    /** The lowest layer's u is what that layer gives without any adapter. */
    @Test
    void itReadsTheLayersOutputAndIsAddedBeforeTheNorm() {
        Probe before = new Probe(FFN);
        Probe after = new Probe(FFN);
        Probe layer = new Probe(new Site.Layer(0));
        try (Specimen specimen = Specimen.perturbed(Methods.parse("pfeiffer:bottleneck=4"), backbone)) {
            specimen.base().forward(Texts.all(), new Deltas(List.of(layer)), Mode.EVALUATION);
            specimen.forwardWith(List.of(before), List.of(after));
            Tensor change =
                    bottleneck(rows(layer), (Bottleneck) changeAt(FFN, specimen).form());
            assertThat(after.output())
                    .containsExactly(rows(before).plus(change).detach().toDoubles(), within(1e-12));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"masked", "legacy"})
    void aGateIsOneNumberForEachText(String mean) {
        Probe before = new Probe(FFN);
        Probe after = new Probe(FFN);
        try (Specimen specimen =
                Specimen.perturbed(Methods.parse("pfeiffer:bottleneck=4,reads=output,gate=" + mean), backbone)) {
            specimen.forwardWith(List.of(before), List.of(after));
            Tensor h = rows(before);
            Change change = changeAt(FFN, specimen);
            Gated gated = (Gated) change.join();
            double[] each = Functions.linear(
                            h, gated.weight().value(), gated.bias().value())
                    .sigmoid()
                    .toDoubles();
            double[] ungated = bottleneck(h, (Bottleneck) change.form()).toDoubles();
            double[] changed = after.output();
            int longest = Texts.length(0);
            for (int text = 0; text < Texts.COUNT; text++) {
                int averaged = mean.equals("legacy") ? longest : Texts.length(text);
                double gate = 0;
                for (int t = 0; t < averaged; t++) {
                    gate += each[text * longest + t] / averaged;
                }
                assertThat(gate).isStrictlyBetween(0.0, 1.0);
                for (int i = text * longest * 16; i < (text + 1) * longest * 16; i++) {
                    assertThat(changed[i]).isCloseTo(before.output()[i] + gate * ungated[i], within(1e-12));
                }
            }
        }
    }

    @Test
    void whatMeansNothingIsRefused() {
        assertThatThrownBy(() -> Methods.parse("pfeiffer:reads=input"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("reads must be finished or output: input");
        assertThatThrownBy(() -> Methods.parse("pfeiffer:bottleneck=0"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("bottleneck must be >= 1: 0");
        assertThatThrownBy(() -> Methods.parse("pfeiffer:sites=ffn+ffn"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("sites must be of attention, ffn and layer, each once");
        assertThatThrownBy(() -> Methods.parse("pfeiffer:norms=before+before"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("norms must be of before and after, each once");
    }

    private static Tensor rows(Probe probe) {
        return Tensor.of(probe.output(), probe.output().length / 16, 16);
    }

    private static Tensor bottleneck(Tensor x, Bottleneck form) {
        Tensor inner = Functions.linear(x, form.down().value(), form.downBias().value())
                .relu(); // [n, m]
        return Functions.linear(inner, form.up().value(), form.upBias().value());
    }

    private static Change changeAt(Site site, Specimen specimen) {
        return specimen.deltas().all().stream()
                .map(Change.class::cast)
                .filter(change -> change.site().equals(site))
                .findFirst()
                .orElseThrow();
    }
}
