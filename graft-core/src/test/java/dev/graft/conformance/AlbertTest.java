package dev.graft.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.graft.method.Initializer;
import dev.graft.method.Methods;
import dev.graft.model.Architecture;
import dev.graft.model.Backbone;
import dev.graft.model.Delta;
import dev.graft.model.Deltas;
import dev.graft.model.Mode;
import dev.graft.model.Pooling;
import dev.graft.model.Replacement;
import dev.graft.model.Role;
import dev.graft.model.Site;
import dev.graft.tensor.DType;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Scope;
import dev.graft.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What it means that layers share tensors. */
class AlbertTest {
    private static final BackboneUnderTest ALBERT = BackboneUnderTest.ALBERT;

    @Test
    void layersOfAGroupHaveTheTensorsOfItsInnerLayers() {
        Sizes six = new Sizes(6, 16, 2, 32, 60, 32, 2, true);
        try (Backbone base = TinyAlbert.open(six, 3, 2, 2)) {
            List<String> owners = new ArrayList<>();
            for (int layer = 0; layer < 6; layer++) {
                String query = base.architecture().canonical("layer." + layer + ".attention.query.weight");
                owners.add(query.replace(".attention.query.weight", ""));
            }
            assertThat(owners)
                    .containsExactly(
                            "group.0.inner.0",
                            "group.0.inner.1",
                            "group.0.inner.0",
                            "group.0.inner.1",
                            "group.1.inner.0",
                            "group.1.inner.1");
        }
    }

    /** d = 16, f = 64, E = 8, 60 words, 32 positions, 2 types, 3 layers on one set of tensors. */
    @ParameterizedTest
    @CsvSource({
        "layernorm,         80", // 2 E + 4 d
        "bitfit,           216", // E + d + (4 d + f + d + 2 d) + d
        "top-k:k=1,       3552", // one layer and the pooler
        "top-k:k=3,       3552",
        "full,            4464", // (60 + 32 + 2 + 2) E, 8 * 16 + 16, a layer, the pooler
        "lora:rank=1,      192", // 2 * 3 * (d + d): three layers
        "prompt:length=3,   24" // 3 E
    })
    void whatIsSharedCountsOnceAndWhatActsInALayerCountsThere(String method, long count) {
        Architecture base = ALBERT.base().architecture();
        assertThat(Methods.parse(method).parameters(base)).isEqualTo(count);
        Deltas deltas = new Deltas(Methods.parse(method).deltas(base, new Initializer(ALBERT.base(), 1)));
        assertThat(deltas.parameters().stream().mapToLong(Parameter::elements).sum())
                .isEqualTo(count);
        deltas.parameters().forEach(Parameter::close);
    }

    @Test
    void aDeltaActsInItsOwnLayerAndACopyInAll() {
        Backbone base = ALBERT.base();
        List<Probe> probes = new ArrayList<>();
        for (int layer = 0; layer < 3; layer++) {
            probes.add(new Probe(new Site.Linear(layer, Role.VALUE)));
        }
        try (Scope scope = Scope.open();
                Specimen lora = Specimen.perturbed(Methods.parse("lora:targets=value,layers=1"), ALBERT);
                Parameter zero = Parameter.of("copy", Tensor.zeros(DType.FLOAT64, base.device(), 16), false)) {
            base.forward(Texts.all(), new Deltas(probes), Mode.EVALUATION);
            List<double[]> plain = probes.stream().map(Probe::output).toList();
            lora.forwardWith(List.of(), probes);
            assertThat(probes.get(0).output()).containsExactly(plain.get(0));
            assertThat(probes.get(1).output()).isNotEqualTo(plain.get(1));

            Set<String> names = new TreeSet<>();
            for (int layer = 0; layer < 3; layer++) {
                names.add(base.architecture().canonical("layer." + layer + ".attention.norm.weight"));
            }
            assertThat(names).containsExactly("group.0.inner.0.attention.norm.weight");
            List<Replacement> copy = List.of(new Replacement(names.iterator().next(), zero));
            Deltas replaced = new Deltas(copy);
            replaced.requireSites(base.architecture());
            Probe first = new Probe(new Site.Sublayer(0, Site.Sublayer.Block.FFN));
            Probe last = new Probe(new Site.Sublayer(2, Site.Sublayer.Block.FFN));
            base.forward(Texts.all(), new Deltas(List.of(copy.getFirst(), first, last)), Mode.EVALUATION);
            assertThat(last.output()).containsExactly(first.output()); // a norm of weight 0 forgets what it reads
        }
    }

    @Test
    void aCopyUnderALayersOwnNameStandsInThatLayerAlone() {
        Backbone base = ALBERT.base();
        String norm = "layer.1.attention.norm.weight";
        List<Probe> layers = List.of(new Probe(new Site.Layer(0)), new Probe(new Site.Layer(1)));
        try (Scope scope = Scope.open();
                Parameter twice = Parameter.of(norm, base.tensor(norm).times(2), false)) {
            base.forward(Texts.all(), new Deltas(layers), Mode.EVALUATION);
            List<double[]> plain = layers.stream().map(Probe::output).toList();
            List<Delta> copied = new ArrayList<>(layers);
            copied.add(new Replacement(norm, twice));
            Deltas deltas = new Deltas(copied);
            deltas.requireSites(base.architecture());
            base.forward(Texts.all(), deltas, Mode.EVALUATION);
            assertThat(layers.get(0).output()).containsExactly(plain.get(0));
            assertThat(layers.get(1).output()).isNotEqualTo(plain.get(1));
        }
    }

    @Test
    void howManyLayersShareIsPartOfTheIdentity() {
        try (Backbone two = TinyAlbert.open(new Sizes(2, 16, 2, 64, 60, 32, 2, true))) {
            assertThat(two.architecture().tensors())
                    .isEqualTo(ALBERT.base().architecture().tensors());
            assertThat(two.fingerprint(Pooling.POOLER))
                    .isNotEqualTo(ALBERT.base().fingerprint(Pooling.POOLER));
        }
    }
}
