package dev.graft.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.graft.method.Methods;
import dev.graft.model.Delta;
import dev.graft.model.Deltas;
import dev.graft.model.Heads;
import dev.graft.model.HeadsDelta;
import dev.graft.model.Mode;
import dev.graft.model.Pass;
import dev.graft.model.Site;
import dev.graft.tensor.AdamW;
import dev.graft.tensor.DType;
import dev.graft.tensor.Device;
import dev.graft.tensor.Functions;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A2 to A4, A6 and A7 of methods.md 18; A1 and A8 hold for every method, A5 is the multimodal variant's. */
@OnAllBackbones
class LlamaAdapterInvariantsTest {
    private static final Site.Heads TOP = new Site.Heads(2);

    private final BackboneUnderTest backbone;

    LlamaAdapterInvariantsTest(BackboneUnderTest backbone) {
        this.backbone = backbone;
    }

    /** A2: the gradient of a gate is {@code (1 - tanh^2 g) <G, softmax(S) V>} over its head. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theGatesGradientIsThatOfTheFormula(boolean tanh) {
        String method = "llama-adapter:length=4,layers=1,tanh=" + tanh;
        try (Specimen specimen = Specimen.perturbed(Methods.parse(method), backbone)) {
            Tensor prompt = specimen.parameter("layer.2.attention.heads.adaption.prompt")
                    .value()
                    .detach();
            Parameter gate = specimen.parameter("layer.2.attention.heads.adaption.gate");
            try (Added added = new Added(prompt)) {
                List<Delta> all = new ArrayList<>(specimen.deltas().all());
                all.add(added);
                specimen.base()
                        .forward(Texts.all(), new Deltas(all), Mode.EVALUATION)
                        .states()
                        .squared()
                        .sum()
                        .backward();
                Tensor perHead = Objects.requireNonNull(added.zeros.gradient())
                        .times(added.change)
                        .sum(3, false)
                        .sum(2, false)
                        .sum(0, false); // [H]
                Tensor g = gate.value().detach();
                Tensor slope =
                        tanh ? g.tanh().squared().times(-1).plus(1) : g.times(0).plus(1);
                assertThat(Objects.requireNonNull(gate.gradient()).toDoubles())
                        .containsExactly(perHead.times(slope).toDoubles(), within(1e-9));
            }
        }
    }

    /** A3. */
    @Test
    void theFirstStepMovesTheGatesAlone() {
        try (Specimen specimen = Specimen.fresh(Methods.parse("llama-adapter"), backbone)) {
            double[] prompt = specimen.deltas().parameters().getFirst().value().toDoubles();
            try (AdamW optimizer = new AdamW(specimen.parameters(), new AdamW.Settings(0.9, 0.999, 1e-8, 0.1))) {
                specimen.step(optimizer, 1e-2);
            }
            assertThat(specimen.deltas().parameters().getFirst().value().toDoubles())
                    .containsExactly(prompt);
            assertThat(specimen.deltas().parameters().get(1).value().abs().max().item())
                    .isPositive();
        }
    }

    /** A4. */
    @Test
    void belowTheUpperLayersNothingChanges() {
        Probe below = new Probe(new Site.Layer(1));
        Probe above = new Probe(new Site.Layer(2));
        try (Specimen specimen = Specimen.perturbed(Methods.parse("llama-adapter:layers=1"), backbone)) {
            specimen.base().forward(Texts.all(), new Deltas(List.of(below, above)), Mode.EVALUATION);
            double[] untouched = below.output();
            double[] top = above.output();
            specimen.forwardWith(List.of(), List.of(below, above));
            assertThat(below.output()).containsExactly(untouched);
            assertThat(above.output()).isNotEqualTo(top);
        }
    }

    /** A6: one softmax over both would be prefix tuning. */
    @Test
    void anOpenGateIsNoPrefix() {
        try (Specimen own = Specimen.perturbed(Methods.parse("llama-adapter:length=4,layers=1,tanh=false"), backbone)) {
            Tensor prompt =
                    own.parameter("layer.2.attention.heads.adaption.prompt").value();
            Parameter gate = own.parameter("layer.2.attention.heads.adaption.gate");
            gate.assign(gate.value().times(0).plus(1));
            double[] joint = Texts.flat(
                    own.base().forward(Texts.all(), new Deltas(List.of(new JointSoftmax(prompt))), Mode.EVALUATION));
            assertThat(Texts.flat(own.forward(Texts.all(), Mode.EVALUATION))).isNotEqualTo(joint);
        }
    }

    /** A7. */
    @Test
    void theOrderOfThePromptDoesNotMatter() {
        try (Specimen specimen = Specimen.perturbed(Methods.parse("llama-adapter:length=4"), backbone)) {
            double[] before = Texts.flat(specimen.forward(Texts.all(), Mode.EVALUATION));
            Tensor order = Tensor.of(new long[] {2, 0, 3, 1}, 4);
            specimen.deltas().parameters().stream()
                    .filter(parameter -> parameter.name().endsWith("prompt"))
                    .forEach(parameter ->
                            parameter.assign(parameter.value().detach().indexSelect(0, order)));
            assertThat(Texts.flat(specimen.forward(Texts.all(), Mode.EVALUATION)))
                    .containsExactly(before, within(1e-12));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            llama-adapter:length=0 | length must be >= 1: 0
            llama-adapter:layers=0 | layers must be >= 1: 0
            llama-adapter:layers=4 | layers must be at most the 3 of this base: 4
            """)
    void whatMeansNothingIsRefused(String method, String message) {
        assertThatThrownBy(() -> Specimen.fresh(Methods.parse(method), backbone))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    /** Adds zeros, whose gradient is that of the heads' output, and notes the attention to the prompt. */
    private static final class Added implements HeadsDelta, AutoCloseable {
        private final Tensor prompt;
        private final Parameter zeros;
        private Tensor change;

        Added(Tensor prompt) {
            this.prompt = prompt;
            this.change = prompt;
            int longest = Texts.length(0);
            this.zeros =
                    Parameter.of("zeros", Tensor.zeros(DType.FLOAT64, Device.CPU, Texts.COUNT, 2, longest, 8), false);
        }

        @Override
        public Site site() {
            return TOP;
        }

        @Override
        public Tensor after(Heads heads, Tensor output, Pass pass) {
            Tensor scores = heads.queries()
                    .matmul(projected("key", prompt, pass).transpose(1, 2))
                    .times(1 / Math.sqrt(8)); // [B, H, T, K]
            change = scores.softmax(-1)
                    .matmul(projected("value", prompt, pass))
                    .detach()
                    .retain();
            return output.plus(zeros.value());
        }

        @Override
        public List<Parameter> parameters() {
            return List.of(zeros);
        }

        @Override
        public void close() {
            change.close();
            zeros.close();
        }
    }

    private record JointSoftmax(Tensor prompt) implements HeadsDelta {
        @Override
        public Site site() {
            return TOP;
        }

        @Override
        public Heads before(Heads heads, Pass pass) {
            return heads.prepend(
                    projected("key", prompt, pass).unsqueeze(0).expand(Texts.COUNT, 2, 4, 8),
                    projected("value", prompt, pass).unsqueeze(0).expand(Texts.COUNT, 2, 4, 8));
        }

        @Override
        public List<Parameter> parameters() {
            return List.of();
        }
    }

    /** [K, d] to [H, K, e]. */
    private static Tensor projected(String role, Tensor prompt, Pass pass) {
        String name = "layer.2.attention." + role;
        return Functions.linear(prompt, pass.tensor(name + ".weight"), pass.tensor(name + ".bias"))
                .reshape(prompt.size(0), 2, 8)
                .transpose(0, 1);
    }
}
