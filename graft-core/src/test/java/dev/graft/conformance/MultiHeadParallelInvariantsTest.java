package dev.graft.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.graft.method.Bottleneck;
import dev.graft.method.Change;
import dev.graft.method.Initializer;
import dev.graft.method.Join;
import dev.graft.method.Methods;
import dev.graft.method.Reads;
import dev.graft.model.Activation;
import dev.graft.model.Backbone;
import dev.graft.model.Delta;
import dev.graft.model.Deltas;
import dev.graft.model.Mode;
import dev.graft.model.Site;
import dev.graft.model.Site.Sublayer.Block;
import dev.graft.tensor.DType;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.RandomSource;
import dev.graft.tensor.Scope;
import dev.graft.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** MH1 and MH2 of methods.md 11; MH3 is {@link PrefixInvariantsTest}'s X1. */
@OnAllBackbones
class MultiHeadParallelInvariantsTest {
    private static final Sizes ONE_HEAD = new Sizes(1, 16, 1, 64, 60, 32, 2, false);
    private static final int BOTTLENECK = 3;

    private final BackboneUnderTest backbone;

    MultiHeadParallelInvariantsTest(BackboneUnderTest backbone) {
        this.backbone = backbone;
    }

    @ParameterizedTest
    @ValueSource(strings = {"before", "behind"})
    void valuesOfZeroAreTheBase(String projection) {
        String method = "multihead-parallel:bottleneck=4,projection=" + projection;
        try (Specimen specimen = Specimen.perturbed(Methods.parse(method), backbone)) {
            specimen.deltas().parameters().stream()
                    .filter(parameter -> parameter.name().endsWith(".value"))
                    .forEach(parameter -> parameter.assign(parameter.value().times(0)));
            assertThat(specimen.logits(Mode.EVALUATION).toDoubles())
                    .containsExactly(specimen.baseLogits().toDoubles());
        }
    }

    /** With one head it is a parallel adapter whose way down is {@code P_k W_q / sqrt(e)}; before the projection, W_o follows. */
    @ParameterizedTest
    @ValueSource(strings = {"before", "behind"})
    void ofOneHeadItIsAParallelAdapter(String projection) {
        String method = "multihead-parallel:bottleneck=%d,projection=%s".formatted(BOTTLENECK, projection);
        try (Scope scope = Scope.open();
                Backbone base = TinyBert.open(ONE_HEAD)) {
            Deltas heads = new Deltas(Methods.parse(method).deltas(base.architecture(), new Initializer(base, 1)));
            heads.parameters().forEach(MultiHeadParallelInvariantsTest::draw);
            Tensor key = value(heads, ".key").times(1 / Math.sqrt(ONE_HEAD.hidden())); // [r, d]
            Tensor value = value(heads, ".value").transpose(0, 1); // [d, r]
            Tensor up = projection.equals("before")
                    ? base.tensor("layer.0.attention.output.weight").matmul(value)
                    : value;
            Bottleneck parallel = new Bottleneck(
                    parameter("down", key.matmul(base.tensor("layer.0.attention.query.weight"))),
                    parameter("downBias", key.matmul(base.tensor("layer.0.attention.query.bias"))),
                    parameter("up", up),
                    parameter("upBias", Tensor.zeros(DType.FLOAT64, base.device(), ONE_HEAD.hidden())),
                    Activation.RELU,
                    0);
            Delta change = new Change(new Site.Sublayer(0, Block.ATTENTION), parallel, Reads.INPUT, Join.ADDED);
            double[] expected = states(base, new Deltas(List.of(change)));
            assertThat(states(base, heads))
                    .containsExactly(expected, within(1e-12))
                    .isNotEqualTo(states(base, Deltas.NONE));
            parallel.parameters().forEach(Parameter::close);
            heads.parameters().forEach(Parameter::close);
        }
    }

    @Test
    void aBottleneckOfNothingIsRefused() {
        assertThatThrownBy(() -> Methods.parse("multihead-parallel:bottleneck=0"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("bottleneck must be >= 1: 0");
    }

    private static void draw(Parameter parameter) {
        parameter.assign(new RandomSource(4)
                .at(parameter.name())
                .normal(1, parameter.value().shape())
                .to(DType.FLOAT64));
    }

    private static Tensor value(Deltas deltas, String ending) {
        return deltas.parameters().stream()
                .filter(parameter -> parameter.name().endsWith(ending))
                .map(parameter -> parameter.value().detach())
                .findFirst()
                .orElseThrow();
    }

    private static Parameter parameter(String name, Tensor value) {
        return Parameter.of(name, value, false);
    }

    private static double[] states(Backbone base, Deltas deltas) {
        return Texts.flat(base.forward(Texts.all(), deltas, Mode.EVALUATION));
    }
}
