package dev.graft.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.graft.Base;
import dev.graft.MergedBase;
import dev.graft.adapter.Adapter;
import dev.graft.adapter.AdapterException;
import dev.graft.hub.BaseFiles;
import dev.graft.method.Change;
import dev.graft.method.Gated;
import dev.graft.method.Gated.Mean;
import dev.graft.method.Methods;
import dev.graft.model.Delta;
import dev.graft.model.Flow;
import dev.graft.model.Heads;
import dev.graft.model.HeadsDelta;
import dev.graft.model.Mode;
import dev.graft.model.OutputDelta;
import dev.graft.model.Pass;
import dev.graft.model.Role;
import dev.graft.model.Site;
import dev.graft.task.Classification;
import dev.graft.tensor.Device;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Precision;
import dev.graft.tensor.Tensor;
import dev.graft.testing.TinyBase;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** U1 to U8 of methods.md 13. */
@OnAllBackbones
class UniPeltInvariantsTest {
    private final BackboneUnderTest backbone;

    UniPeltInvariantsTest(BackboneUnderTest backbone) {
        this.backbone = backbone;
    }

    /** So far from zero that a sigmoid is 0 or 1 exactly. */
    private static final double SHUT = -1e4;

    private static final double OPEN = 1e4;

    /** U1. */
    @Test
    void closedGatesWithoutAPrefixAreTheBase() {
        try (Specimen specimen = perturbed("unipelt:parts=adapter+lora")) {
            gates(specimen, SHUT);
            assertThat(specimen.logits(Mode.EVALUATION).toDoubles())
                    .containsExactly(specimen.baseLogits().toDoubles());
        }
    }

    /** U2: keys and values of zero leave {@code sum_j e^s_j v_j / (l + sum_j e^s_j)}. */
    @Test
    void aPrefixBehindAClosedGateStillTakesAttention() {
        ZeroPrefix probe = new ZeroPrefix(2);
        try (Specimen specimen = perturbed("unipelt:parts=prefix,length=2,mlp=0")) {
            gates(specimen, SHUT);
            specimen.forwardWith(List.of(probe), List.of());
            assertThat(probe.output).containsExactly(probe.expected, within(1e-12));
            assertThat(specimen.logits(Mode.EVALUATION).equalTo(specimen.baseLogits()))
                    .isFalse();
        }
    }

    /** U3, U4. */
    @Test
    void everyTextHasItsOwnGatesBetweenZeroAndOne() {
        try (Specimen specimen = perturbed("unipelt:mlp=0")) {
            List<OpenGate> open = new ArrayList<>();
            for (Delta delta : specimen.deltas().all()) {
                if (delta instanceof Change lora && lora.site() instanceof Site.Linear) {
                    open.add(new OpenGate(lora.site(), (Gated) lora.join(), Flow::input));
                } else if (delta instanceof Change adapter) {
                    open.add(new OpenGate(
                            adapter.site(),
                            (Gated) adapter.join(),
                            flow -> flow.finish().apply(flow.output())));
                } else { // the prefix reads what the queries read
                    Site.Heads heads = (Site.Heads) ((HeadsDelta) delta).site();
                    String gate = heads.path() + ".prefix.gate";
                    Gated gated = new Gated(
                            specimen.parameter(gate + ".weight"), specimen.parameter(gate + ".bias"), Mean.MASKED);

                    open.add(new OpenGate(new Site.Linear(heads.layer(), Role.QUERY), gated, Flow::input));
                }
            }
            assertThat(open).hasSize(4 * 3);
            specimen.forwardWith(open, List.of());
            for (OpenGate gate : open) {
                assertThat(gate.values).hasSize(Texts.COUNT);
                assertThat(Arrays.stream(gate.values).distinct()).hasSize(Texts.COUNT);
                for (double value : gate.values) {
                    assertThat(value).isStrictlyBetween(0.0, 1.0);
                }
            }
        }
    }

    /** U5. */
    @Test
    void withoutLoraItIsAllThreeWithALoraOfZeros() {
        try (Specimen two = perturbed("unipelt:parts=adapter+prefix,mlp=0");
                Specimen three = perturbed("unipelt:mlp=0")) {
            three.deltas().parameters().stream()
                    .filter(parameter -> parameter.name().endsWith(".lora.b"))
                    .forEach(parameter -> parameter.assign(parameter.value().times(0)));
            assertThat(Texts.flat(three.forward(Texts.all(), Mode.EVALUATION)))
                    .containsExactly(Texts.flat(two.forward(Texts.all(), Mode.EVALUATION)));
        }
    }

    /** U6. */
    @Test
    void openGatesAreNoGatesAndTheUnionOfTheParts() {
        try (Specimen gated = perturbed("unipelt:mlp=0");
                Specimen ungated = perturbed("unipelt:gates=none,mlp=0");
                Specimen union = Specimen.perturbed(
                        Methods.union(List.of(
                                Methods.parse("prefix"), Methods.parse("pfeiffer"), Methods.parse("lora:alpha=8"))),
                        backbone)) {
            gates(gated, OPEN);
            double[] expected = Texts.flat(union.forward(Texts.all(), Mode.EVALUATION));
            assertThat(Texts.flat(ungated.forward(Texts.all(), Mode.EVALUATION)))
                    .containsExactly(expected);
            assertThat(Texts.flat(gated.forward(Texts.all(), Mode.EVALUATION)))
                    .containsExactly(expected, within(1e-12));
        }
    }

    /** The other side of U7, which {@link BatchInvarianceTest} holds for the default. */
    @Test
    void aLegacyGateSeesThePadding() {
        try (Specimen specimen = perturbed("unipelt:gates=legacy,mlp=0")) {
            List<double[]> alone = Texts.states(specimen.forward(Texts.alone(1), Mode.EVALUATION));
            List<double[]> padded = Texts.states(specimen.forward(Texts.all(), Mode.EVALUATION));
            assertThat(padded.get(1)).isNotEqualTo(alone.getFirst());
            List<double[]> longest = Texts.states(specimen.forward(Texts.alone(0), Mode.EVALUATION));
            assertThat(padded.getFirst()).containsExactly(longest.getFirst(), within(1e-12));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            unipelt:parts=lora+lora             | parts must be of adapter, prefix and lora, each once
            unipelt:parts=lora,length=3         | length means nothing without prefix among the parts: 3
            unipelt:parts=prefix,rank=3         | rank means nothing without lora among the parts: 3
            unipelt:parts=prefix,bottleneck=3   | bottleneck means nothing without adapter among the parts: 3
            unipelt:length=0                    | length must be >= 1: 0
            """)
    void whatMeansNothingIsRefused(String method, String message) {
        assertThatThrownBy(() -> Methods.parse(method))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    /** U8: what a gate opens depends on the text, which no tensor of a base can know. */
    @Test
    void aGatedPartIsNotMergedAndTheRefusalSaysWhatIs(@TempDir Path folder) throws IOException {
        BaseFiles files = TinyBase.write(folder.resolve("base"), 1);
        for (String parts : List.of("adapter", "prefix", "lora", "adapter+prefix+lora")) {
            Path saved = folder.resolve(parts);
            try (Base base = Base.open(files, Precision.FP32, Device.CPU);
                    Adapter adapter = Adapter.create(
                            Methods.parse("unipelt:parts=" + parts),
                            new Classification(List.of("x", "y")),
                            base.backbone(),
                            base.name(),
                            base.pooling(),
                            16,
                            1)) {
                assertThat(adapter.merge(base.backbone())).isEmpty();
                adapter.save(saved, base.backbone());
            }
            Path out = folder.resolve("merged");
            assertThatThrownBy(() -> MergedBase.write(files, saved, out))
                    .isInstanceOf(AdapterException.class)
                    .hasMessageContaining(saved.toString())
                    .hasMessageContaining("'unipelt', which computes beside them (")
                    .hasMessageContaining(", gated); those that merge are lora, ");
            assertThat(out).doesNotExist();
        }
    }

    private Specimen perturbed(String method) {
        return Specimen.perturbed(Methods.parse(method), backbone);
    }

    /** Sets every gate to what the sigmoid of one number is. */
    private static void gates(Specimen specimen, double bias) {
        for (Parameter parameter : specimen.deltas().parameters()) {
            if (parameter.name().endsWith(".gate.weight")) {
                parameter.assign(parameter.value().times(0));
            } else if (parameter.name().endsWith(".gate.bias")) {
                parameter.assign(parameter.value().times(0).plus(bias));
            }
        }
    }

    /** Notes what a gate says of each text. */
    private static final class OpenGate implements OutputDelta {
        private final Site site;
        private final Gated gate;
        private final Function<Flow, Tensor> reads;
        private double[] values = {};

        OpenGate(Site site, Gated gate, Function<Flow, Tensor> reads) {
            this.site = site;
            this.gate = gate;
            this.reads = reads;
        }

        @Override
        public Site site() {
            return site;
        }

        @Override
        public Tensor apply(Flow flow) {
            values = gate.gate(reads.apply(flow), flow.pass()).toDoubles();
            return flow.output();
        }

        @Override
        public List<Parameter> parameters() {
            return List.of();
        }
    }

    /** Computes what the lowest attention gives when keys and values of zero stand before those of the text. */
    private static final class ZeroPrefix implements HeadsDelta {
        private final int length;
        private double[] output = {};
        private double[] expected = {};

        ZeroPrefix(int length) {
            this.length = length;
        }

        @Override
        public Site site() {
            return new Site.Heads(0);
        }

        @Override
        public Heads before(Heads text, Pass pass) {
            Tensor scores = text.queries()
                    .matmul(text.keys().transpose(2, 3))
                    .times(1 / Math.sqrt(text.queries().size(3)))
                    .plus(Objects.requireNonNull(text.mask())); // [B, H, T, S]
            expected = expected(scores.toDoubles(), text.values());
            return text;
        }

        private double[] expected(double[] scores, Tensor values) {
            int keys = (int) values.size(2);
            int size = (int) values.size(3);
            double[] v = values.toDoubles();
            double[] result = new double[scores.length / keys * size];
            for (int row = 0; row < scores.length / keys; row++) { // one query of one head of one text
                int firstKey = row / keys * keys; // as many queries as keys
                double mass = length;
                for (int s = 0; s < keys; s++) {
                    mass += Math.exp(scores[row * keys + s]);
                }
                for (int s = 0; s < keys; s++) {
                    double weight = Math.exp(scores[row * keys + s]) / mass;
                    for (int e = 0; e < size; e++) {
                        result[row * size + e] += weight * v[(firstKey + s) * size + e];
                    }
                }
            }
            return result;
        }

        @Override
        public Tensor after(Heads heads, Tensor attended, Pass pass) {
            output = attended.toDoubles();
            return attended;
        }

        @Override
        public List<Parameter> parameters() {
            return List.of();
        }
    }
}
