package dev.graft.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.graft.method.Change;
import dev.graft.method.Methods;
import dev.graft.method.Reads;
import dev.graft.method.Scaled;
import dev.graft.model.Delta;
import dev.graft.model.Deltas;
import dev.graft.model.Mode;
import dev.graft.model.Replacement;
import dev.graft.model.Site;
import dev.graft.model.Site.Sublayer.Block;
import dev.graft.tensor.Functions;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** PA1 to PA3 of methods.md 9 and SP1 to SP4 of methods.md 10. */
@OnAllBackbones
class ParallelInvariantsTest {
    private final BackboneUnderTest backbone;

    ParallelInvariantsTest(BackboneUnderTest backbone) {
        this.backbone = backbone;
    }

    @ParameterizedTest
    @ValueSource(strings = {"ffn", "attention", "pre_o", "attention+pre_o+ffn"})
    void withUpOfZerosItIsTheBase(String sites) {
        try (Specimen specimen = specimen("scaled-parallel:bottleneck=4,sites=" + sites)) {
            specimen.deltas().parameters().stream()
                    .filter(parameter -> parameter.name().contains(".up."))
                    .forEach(parameter -> multiply(parameter, 0));
            assertThat(specimen.logits(Mode.EVALUATION).toDoubles())
                    .containsExactly(specimen.baseLogits().toDoubles());
        }
    }

    /** Learned scales start at one. */
    @ParameterizedTest
    @CsvSource({"ffn, 1", "ffn, learned", "attention, channel", "pre_o, 1", "pre_o, learned", "pre_o, channel"})
    void aScaleOfOneIsTheParallelAdapter(String sites, String scale) {
        String options = "bottleneck=4,sites=" + sites;
        try (Specimen parallel = specimen("parallel:" + options);
                Specimen scaled = Specimen.fresh(
                        Methods.parse("scaled-parallel:%s,scale=%s".formatted(options, scale)), backbone)) {
            parallel.deltas()
                    .parameters()
                    .forEach(parameter -> scaled.parameter(parameter.name()).assign(parameter.value()));
            assertThat(states(scaled)).containsExactly(states(parallel));
        }
    }

    @Test
    void withoutItsFeedForwardALayerIsTheNormOfTheAdapter() {
        Probe sublayer = new Probe(new Site.Sublayer(0, Block.FFN));
        Probe layer = new Probe(new Site.Layer(0));
        try (Specimen specimen = specimen("parallel:bottleneck=4");
                Parameter noWeight = zeros(specimen, "layer.0.ffn.down.weight");
                Parameter noBias = zeros(specimen, "layer.0.ffn.down.bias")) {
            specimen.forwardWith(
                    List.of(
                            new Replacement(noWeight.name(), noWeight),
                            new Replacement(noBias.name(), noBias),
                            sublayer),
                    List.of(layer));
            Tensor h1 = Tensor.of(sublayer.input(), sublayer.input().length / 16, 16);
            Tensor inner = linear(h1, specimen, "layer.0.ffn.bottleneck.down").relu();
            Tensor expected = Functions.layerNorm(
                    h1.plus(linear(inner, specimen, "layer.0.ffn.bottleneck.up")),
                    specimen.base().tensor("layer.0.ffn.norm.weight"),
                    specimen.base().tensor("layer.0.ffn.norm.bias"),
                    1e-12);
            assertThat(layer.output()).containsExactly(expected.detach().toDoubles(), within(1e-12));
        }
    }

    /** The output projection is linear, so it can be moved into U. */
    @Test
    void beforeTheOutputProjectionItIsAnAdapterBehindItWithTheProjectionInside() {
        try (Specimen before = specimen("scaled-parallel:bottleneck=4,sites=pre_o");
                Specimen behind = specimen("scaled-parallel:bottleneck=4,sites=attention")) {
            for (int layer = 0; layer < 3; layer++) {
                String inside = "layer.%d.attention.heads.bottleneck.".formatted(layer);
                String outside = "layer.%d.attention.bottleneck.".formatted(layer);
                Tensor projection = before.base().tensor("layer.%d.attention.output.weight".formatted(layer));
                behind.parameter(outside + "down.weight")
                        .assign(before.parameter(inside + "down.weight").value());
                behind.parameter(outside + "down.bias")
                        .assign(before.parameter(inside + "down.bias").value());
                behind.parameter(outside + "up.weight")
                        .assign(projection.matmul(
                                before.parameter(inside + "up.weight").value()));
                behind.parameter(outside + "up.bias")
                        .assign(projection
                                .matmul(before.parameter(inside + "up.bias")
                                        .value()
                                        .unsqueeze(1))
                                .select(1, 0));
            }
            assertThat(states(before)).containsExactly(states(behind), within(1e-12));
        }
    }

    @ParameterizedTest
    @CsvSource({"2, 0", "learned, 1", "channel, 16"})
    void onlyALearnedScaleTrains(String scale, long scalars) {
        try (Specimen specimen = specimen("scaled-parallel:scale=" + scale)) {
            List<Parameter> scales = specimen.parameters().stream()
                    .filter(parameter -> parameter.name().endsWith(".scale"))
                    .toList();
            assertThat(scales.stream().mapToLong(Parameter::elements).sum()).isEqualTo(3 * scalars);
            assertThat(scales).noneMatch(Parameter::decays);
        }
    }

    @Test
    void aFixedScaleCanBeMovedIntoUp() {
        try (Specimen scaled = specimen("scaled-parallel:bottleneck=4,scale=2.5");
                Specimen parallel = specimen("parallel:bottleneck=4")) {
            parallel.deltas().parameters().stream()
                    .filter(parameter -> parameter.name().contains(".up."))
                    .forEach(parameter -> multiply(parameter, 2.5));
            assertThat(states(scaled)).containsExactly(states(parallel), within(1e-12));
        }
    }

    @Test
    void aScaleOfZeroIsTheBase() {
        try (Specimen specimen = specimen("scaled-parallel:bottleneck=4")) {
            List<Delta> silenced = specimen.deltas().all().stream()
                    .map(Change.class::cast)
                    .<Delta>map(change -> new Change(change.site(), change.form(), Reads.INPUT, new Scaled(0)))
                    .toList();
            assertThat(Texts.flat(specimen.base().forward(Texts.all(), new Deltas(silenced), Mode.EVALUATION)))
                    .containsExactly(Texts.flat(specimen.base().forward(Texts.all(), Deltas.NONE, Mode.EVALUATION)));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "scaled-parallel:scale=0, scale must be a number other than 0: 0.0",
        "scaled-parallel:scale=big, 'scale must be a number, learned or channel: big'",
        "parallel:scale=2, parallel has no option 'scale'",
        "parallel:bottleneck=0, bottleneck must be >= 1: 0",
        "parallel:dropout=1, 'dropout must be in [0, 1): 1.0'",
        "parallel:sites=ffn+ffn, 'sites must be of attention, pre_o and ffn, each once: [FFN, FFN]'"
    })
    void whatMeansNothingIsRefused(String method, String message) {
        assertThatThrownBy(() -> Methods.parse(method))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    private Specimen specimen(String method) {
        return Specimen.perturbed(Methods.parse(method), backbone);
    }

    private static double[] states(Specimen specimen) {
        return Texts.flat(specimen.forward(Texts.all(), Mode.EVALUATION));
    }

    private static void multiply(Parameter parameter, double factor) {
        parameter.assign(parameter.value().times(factor));
    }

    private static Parameter zeros(Specimen specimen, String tensor) {
        return Parameter.of(tensor, specimen.base().tensor(tensor).times(0), false);
    }

    private static Tensor linear(Tensor x, Specimen specimen, String name) {
        return Functions.linear(
                x,
                specimen.parameter(name + ".weight").value(),
                specimen.parameter(name + ".bias").value());
    }
}
