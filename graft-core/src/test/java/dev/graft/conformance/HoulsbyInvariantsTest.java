package dev.graft.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.graft.method.Bottleneck;
import dev.graft.method.Change;
import dev.graft.method.Initializer;
import dev.graft.method.Methods;
import dev.graft.model.Architecture;
import dev.graft.model.Backbone;
import dev.graft.model.Delta;
import dev.graft.model.Deltas;
import dev.graft.model.Mode;
import dev.graft.model.Site;
import dev.graft.model.Site.Sublayer.Block;
import dev.graft.tensor.DType;
import dev.graft.tensor.Device;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Scope;
import dev.graft.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** H1 to H6 of methods.md 3.11. */
@OnAllBackbones
class HoulsbyInvariantsTest {
    private final BackboneUnderTest backbone;

    HoulsbyInvariantsTest(BackboneUnderTest backbone) {
        this.backbone = backbone;
    }

    @Test
    void adaptersOfZerosAreTheBase() {
        try (Specimen specimen = Specimen.perturbed(Methods.parse("houlsby:layernorm=frozen"), backbone)) {
            specimen.deltas().parameters().forEach(HoulsbyInvariantsTest::zero);
            assertThat(specimen.logits(Mode.EVALUATION).toDoubles())
                    .containsExactly(specimen.baseLogits().toDoubles());
        }
    }

    /** Measured on a width where the law of large numbers has set in. */
    @ParameterizedTest(name = "{0} starts {2} from the identity")
    @CsvSource({"gelu_new, 32, 0.0043", "relu, 32, 0.0061"})
    void theStartIsAsFarFromTheIdentityAsPredicted(String activation, int m, double predicted) {
        Sizes wide = new Sizes(1, 384, 12, 8, 60, 16, 2, false);
        String method = "houlsby:layernorm=frozen,sites=ffn,bottleneck=%d,activation=%s".formatted(m, activation);
        try (Scope scope = Scope.open();
                Backbone base = TinyBert.open(wide)) {
            Site site = new Site.Sublayer(0, Block.FFN);
            Probe before = new Probe(site);
            Probe after = new Probe(site);
            List<Delta> deltas = new ArrayList<>(List.of(before));
            deltas.addAll(Methods.parse(method).deltas(base.architecture(), new Initializer(base, 2)));
            deltas.add(after);
            base.forward(Texts.all(), new Deltas(deltas), Mode.EVALUATION);
            Tensor h = Tensor.of(before.output(), before.output().length);
            Tensor y = Tensor.of(after.output(), after.output().length);
            double change = y.minus(h).squared().mean().sqrt().item()
                    / h.squared().mean().sqrt().item();
            assertThat(change).isCloseTo(predicted, within(0.15 * predicted));
            new Deltas(deltas).parameters().forEach(Parameter::close);
        }
    }

    @Test
    void adaptersTakenOffAreAdaptersSkipped() {
        try (Specimen specimen = Specimen.perturbed(Methods.parse("houlsby:layernorm=frozen"), backbone)) {
            List<Delta> kept = specimen.deltas().all().stream()
                    .filter(delta -> ((Site.Sublayer) ((Change) delta).site()).layer() != 1)
                    .toList();
            double[] without = Texts.flat(specimen.base().forward(Texts.all(), new Deltas(kept), Mode.EVALUATION));
            specimen.deltas().parameters().stream()
                    .filter(parameter -> parameter.name().startsWith("layer.1."))
                    .forEach(HoulsbyInvariantsTest::zero);
            assertThat(without).containsExactly(Texts.flat(specimen.forward(Texts.all(), Mode.EVALUATION)));
        }
    }

    @Test
    void everyNormTrainsAndThePoolerDoesNot() {
        try (Specimen specimen = Specimen.fresh(Methods.parse("houlsby"), backbone)) {
            Architecture architecture = specimen.base().architecture();
            int layers = architecture.shared().isEmpty() ? architecture.layers() : 1;
            assertThat(specimen.deltas().replacedTensors())
                    .hasSize(2 * (2 * layers + 1))
                    .containsExactlyInAnyOrderElementsOf(architecture.tensors().keySet().stream()
                            .filter(name -> name.contains("norm."))
                            .toList());
        }
    }

    @Test
    void withTheIdentityAsActivationItIsAMatrix() {
        Site site = new Site.Sublayer(1, Block.ATTENTION);
        Probe before = new Probe(site);
        Probe after = new Probe(site);
        try (Specimen specimen =
                Specimen.perturbed(Methods.parse("houlsby:bottleneck=3,activation=linear"), backbone)) {
            specimen.forwardWith(List.of(before), List.of(after));
            Bottleneck bottleneck = bottleneckAt(site, specimen);
            Tensor down = bottleneck.down().value().transpose(0, 1); // [d, m]
            Tensor up = bottleneck.up().value().transpose(0, 1); // [m, d]
            Tensor h = Tensor.of(before.output(), before.output().length / 16, 16);
            Tensor bias = bottleneck.downBias().value().unsqueeze(0).matmul(up);
            Tensor expected = h.plus(h.matmul(down.matmul(up)))
                    .plus(bias)
                    .plus(bottleneck.upBias().value());
            assertThat(after.output()).containsExactly(expected.detach().toDoubles(), within(1e-12));
        }
    }

    private static Bottleneck bottleneckAt(Site site, Specimen specimen) {
        return specimen.deltas().all().stream()
                .filter(delta -> delta instanceof Change change && change.site().equals(site))
                .map(delta -> (Bottleneck) ((Change) delta).form())
                .findFirst()
                .orElseThrow();
    }

    private static void zero(Parameter parameter) {
        parameter.assign(
                Tensor.zeros(DType.FLOAT64, Device.CPU, parameter.value().shape()));
    }
}
