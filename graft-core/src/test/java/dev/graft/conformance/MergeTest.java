package dev.graft.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.graft.Base;
import dev.graft.adapter.Adapter;
import dev.graft.adapter.Merged;
import dev.graft.method.Custom;
import dev.graft.method.Method;
import dev.graft.method.Methods;
import dev.graft.method.Union;
import dev.graft.model.Backbone;
import dev.graft.model.Delta;
import dev.graft.model.Deltas;
import dev.graft.model.Mode;
import dev.graft.model.Replacement;
import dev.graft.model.Role;
import dev.graft.model.Site;
import dev.graft.task.Classification;
import dev.graft.tensor.Device;
import dev.graft.tensor.Gradients;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Precision;
import dev.graft.tensor.RandomSource;
import dev.graft.tensor.Scope;
import dev.graft.tensor.Tensor;
import dev.graft.testing.Bases;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** L2, L3, L5 of methods.md 17, for everything that merges. */
class MergeTest {
    private static final BackboneUnderTest BERT = BackboneUnderTest.BERT;

    @OnRotatingBackbones
    void whatMergesComputesTheSameByTheBasesTensorsAlone(MethodUnderTest method, BackboneUnderTest backbone) {
        assertMergesExactly(method.method(), backbone);
    }

    /** Inputs that are multiplied, biases that are copies and low-rank maps, all at the same projections. */
    @Test
    void aUnionMergesInTheOrderInWhichItActs() {
        assertMergesExactly(
                Methods.union(Stream.of("ia3", "lora:targets=key+ffn.down", "dora:targets=value+ffn.down", "bitfit")
                        .map(Methods::parse)
                        .toList()),
                BERT);
        assertMergesExactly(
                Methods.union(Stream.of("lora:targets=value+key,bias=own", "dora:targets=value", "ia3", "top-k:k=1")
                        .map(Methods::parse)
                        .toList()),
                BERT);
    }

    private static void assertMergesExactly(Method method, BackboneUnderTest backbone) {
        try (Specimen specimen = Specimen.perturbed(method, backbone)) {
            Map<String, String> before = FrozenBaseTest.hashes(specimen.base());
            specimen.adapter()
                    .merge(specimen.base())
                    .ifPresentOrElse(
                            merged -> {
                                assertThat(merged.outputs(Texts.all()).toDoubles())
                                        .containsExactly(
                                                specimen.logits(Mode.EVALUATION).toDoubles(), within(1e-11));
                                merged.close();
                            },
                            () -> assertThat(method.merges() && canMerge(specimen))
                                    .as("says that it merges")
                                    .isFalse());
            assertThat(FrozenBaseTest.hashes(specimen.base())).isEqualTo(before);
        }
    }

    /** What layers share can be replaced for all of them, and not changed for one. */
    private static boolean canMerge(Specimen specimen) {
        return specimen.base().architecture().shared().isEmpty()
                || specimen.deltas().all().stream().allMatch(Replacement.class::isInstance);
    }

    /** What a configuration of one's own does depends on its axes, so only the others promise either way. */
    @OnRotatingBackbones
    void aMethodThatDoesNotSayItMergesDoesNot(MethodUnderTest tested, BackboneUnderTest backbone) {
        Method method = tested.method();
        if (!method.merges() && !(method instanceof Custom) && !(method instanceof Union)) {
            try (Specimen specimen = Specimen.fresh(method, backbone)) {
                assertThat(specimen.deltas().merged(specimen.base())).isEmpty();
            }
        }
    }

    @Test
    void aLowRankChangeOfAProjectionsInputMergesWhoeverComposedIt() {
        assertThat(merges("custom:where=query,form=low_rank")).isTrue();
        assertThat(merges("custom:where=query,form=low_rank,reads=output")).isFalse();
        assertThat(merges("custom:where=ffn,form=low_rank")).isFalse();
        assertThat(merges("custom:where=query,form=bottleneck")).isFalse();
    }

    private static boolean merges(String method) {
        try (Specimen specimen = Specimen.perturbed(Methods.parse(method), BERT)) {
            return specimen.adapter()
                    .merge(specimen.base())
                    .map(merged -> {
                        merged.close();
                        return true;
                    })
                    .orElse(false);
        }
    }

    @Test
    void mergingTwiceGivesTheSameAndTheBaseIsThereAllAlong() {
        try (Specimen specimen = Specimen.perturbed(Methods.parse("lora"), BERT)) {
            double[] base = specimen.baseLogits().toDoubles();
            try (Merged once = specimen.adapter().merge(specimen.base()).orElseThrow();
                    Merged twice = specimen.adapter().merge(specimen.base()).orElseThrow()) {
                assertThat(values(twice)).isEqualTo(values(once)).hasSize(6);
                assertThat(specimen.baseLogits().toDoubles()).containsExactly(base);
            }
            assertThat(specimen.baseLogits().toDoubles()).containsExactly(base);
        }
    }

    private static Map<String, List<Double>> values(Merged merged) {
        Map<String, List<Double>> values = new TreeMap<>();
        merged.tensors()
                .forEach((name, tensor) -> values.put(
                        name, Arrays.stream(tensor.toDoubles()).boxed().toList()));
        return values;
    }

    /** In single precision on a real base: 1e-5 of the largest value behind one projection and 1e-4 at the logits (methods.md 17). */
    @Test
    void onMiniLmMergedIsUnmergedButForRounding() {
        Site query = new Site.Linear(0, Role.QUERY);
        try (Base minilm = Base.open(Bases.require("minilm"), Precision.FP32, Device.CPU);
                Adapter adapter = Adapter.create(
                        Methods.parse("lora:targets=query+key+value+attention.output+ffn.up+ffn.down"),
                        new Classification(List.of("x", "y")),
                        minilm.backbone(),
                        "minilm",
                        minilm.pooling(),
                        64,
                        1);
                Scope scope = Scope.open();
                Gradients off = Gradients.off()) {
            RandomSource random = new RandomSource(3);
            for (Parameter parameter : adapter.deltas().parameters()) {
                Tensor value = parameter.value();
                parameter.assign(value.plus(random.at(parameter.name()).normal(0.02, value.shape())));
            }
            Backbone base = minilm.backbone();
            try (Merged merged = adapter.merge(base).orElseThrow()) {
                double[] beside = probed(adapter.deltas(), query, base);
                assertThat(probed(Deltas.NONE, query, base)).isNotEqualTo(beside);
                double largest = Arrays.stream(beside).map(Math::abs).max().orElseThrow();
                assertThat(probed(merged.deltas(), query, base)).containsExactly(beside, within(1e-5 * largest));
                assertThat(merged.outputs(Texts.all()).toDoubles())
                        .containsExactly(
                                adapter.outputs(base, Texts.all(), Mode.EVALUATION)
                                        .toDoubles(),
                                within(1e-4));
            }
        }
    }

    /** What passes at a place with these deltas. */
    private static double[] probed(Deltas deltas, Site site, Backbone base) {
        Probe probe = new Probe(site);
        List<Delta> all = new ArrayList<>(deltas.all());
        all.add(probe);
        base.forward(Texts.all(), new Deltas(all), Mode.EVALUATION);
        return probe.output();
    }
}
