package dev.graft.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.graft.method.Methods;
import dev.graft.model.Architecture;
import dev.graft.model.Deltas;
import dev.graft.model.Mode;
import dev.graft.model.Site;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What methods.md 20 to 22 say of the methods that train copies of base tensors. */
@OnAllBackbones
class UnfrozenInvariantsTest {
    private final BackboneUnderTest backbone;

    UnfrozenInvariantsTest(BackboneUnderTest backbone) {
        this.backbone = backbone;
    }

    @Test
    void layernormTrainsTheNormsAndTheEmbeddingsToo() {
        try (Specimen specimen = Specimen.fresh(Methods.parse("layernorm"), backbone)) {
            Set<String> expected = new TreeSet<>(List.of("embedding.norm.weight", "embedding.norm.bias"));
            Architecture base = specimen.base().architecture();
            for (int layer = 0; layer < base.layers(); layer++) {
                for (String norm : List.of("attention.norm", "ffn.norm")) {
                    expected.add(base.canonical("layer." + layer + "." + norm + ".weight"));
                    expected.add(base.canonical("layer." + layer + "." + norm + ".bias"));
                }
            }
            assertThat(specimen.deltas().replacedTensors()).containsExactlyInAnyOrderElementsOf(expected);
        }
    }

    @Test
    void underTheUpperLayersNothingMoves() {
        assumeThat(backbone.base().architecture().shared())
                .as("the lowest layers move where they share their tensors with the upper ones")
                .isEmpty();
        List<Probe> probes =
                List.of(new Probe(new Site.Layer(0)), new Probe(new Site.Layer(1)), new Probe(new Site.Layer(2)));
        try (Specimen specimen = Specimen.fresh(Methods.parse("top-k:k=1"), backbone)) {
            specimen.base().forward(Texts.all(), new Deltas(probes), Mode.EVALUATION);
            List<double[]> untouched = probes.stream().map(Probe::output).toList();
            specimen.train(3);
            specimen.forwardWith(List.of(), probes);
            assertThat(probes.get(0).output()).containsExactly(untouched.get(0));
            assertThat(probes.get(1).output()).containsExactly(untouched.get(1));
            assertThat(probes.get(2).output()).isNotEqualTo(untouched.get(2));
        }
    }

    @Test
    void allLayersAndTheEmbeddingsAreEverything() {
        try (Specimen layers = Specimen.fresh(
                        Methods.parse("top-k:k=" + backbone.sizes().layers()), backbone);
                Specimen full = Specimen.fresh(Methods.parse("full"), backbone)) {
            Set<String> all = new TreeSet<>(layers.deltas().replacedTensors());
            full.base().architecture().tensors().keySet().stream()
                    .filter(name -> name.startsWith("embedding."))
                    .forEach(all::add);
            assertThat(full.deltas().replacedTensors()).containsExactlyInAnyOrderElementsOf(all);
        }
    }

    @Test
    void moreLayersThanThereAreAreRefused() {
        assertThatThrownBy(() -> Specimen.fresh(Methods.parse("top-k:k=4"), backbone))
                .hasMessageContaining("at most the 3 layers")
                .hasMessageContaining("4");
    }

    @Test
    void fullTrainingMovesEveryLayer() {
        try (Specimen specimen = Specimen.fresh(Methods.parse("full"), backbone)) {
            Probe probe = new Probe(new Site.Layer(0));
            specimen.forwardWith(List.of(), List.of(probe));
            double[] before = probe.output();
            specimen.train(1);
            specimen.forwardWith(List.of(), List.of(probe));
            assertThat(Arrays.equals(probe.output(), before)).isFalse();
        }
    }
}
