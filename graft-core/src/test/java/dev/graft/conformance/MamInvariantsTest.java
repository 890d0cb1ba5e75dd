package dev.graft.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.graft.method.Change;
import dev.graft.method.Methods;
import dev.graft.model.Architecture;
import dev.graft.model.Delta;
import dev.graft.model.Deltas;
import dev.graft.model.HeadsDelta;
import dev.graft.model.Mode;
import dev.graft.model.Site;
import dev.graft.tensor.Parameter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** M1 to M4 of methods.md 12. */
@OnAllBackbones
class MamInvariantsTest {
    private final BackboneUnderTest backbone;

    MamInvariantsTest(BackboneUnderTest backbone) {
        this.backbone = backbone;
    }

    /** M1. */
    @Test
    void withoutAPrefixItIsTheScaledParallelAdapter() {
        try (Specimen mam = perturbed("mam:length=3,bottleneck=4,scale=4,mlp=0");
                Specimen parallel = perturbed("scaled-parallel:bottleneck=4,scale=4")) {
            List<Delta> adapters = mam.deltas().all().stream()
                    .filter(delta -> !(delta instanceof HeadsDelta))
                    .toList();
            assertThat(states(mam, adapters))
                    .containsExactly(Texts.flat(parallel.forward(Texts.all(), Mode.EVALUATION)));
            mam.deltas().parameters().stream()
                    .filter(parameter -> parameter.name().contains(".up."))
                    .forEach(parameter -> parameter.assign(parameter.value().times(0)));
            assertThat(states(mam, adapters)).containsExactly(states(mam, List.of())); // both: the base
        }
    }

    /** M1. */
    @Test
    void withUpOfZerosItIsThePrefix() {
        try (Specimen mam = perturbed("mam:length=3,bottleneck=4,mlp=0");
                Specimen prefix = perturbed("prefix:length=3")) {
            mam.deltas().parameters().stream()
                    .filter(parameter -> parameter.name().contains(".up."))
                    .forEach(parameter -> parameter.assign(parameter.value().times(0)));
            assertThat(Texts.flat(mam.forward(Texts.all(), Mode.EVALUATION)))
                    .containsExactly(Texts.flat(prefix.forward(Texts.all(), Mode.EVALUATION)));
        }
    }

    /** M2. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            mam:mlp=0 | prefix:length=16 | scaled-parallel
            mam-lora | lora             | scaled-parallel:bottleneck=1
            """)
    void itCountsItsParts(String method, String one, String other) {
        assertThat(count(method)).isEqualTo(count(one) + count(other));
    }

    private long count(String method) {
        Architecture base = backbone.base().architecture();
        return Methods.parse(method).parameters(base);
    }

    /** M3. */
    @ParameterizedTest
    @ValueSource(strings = {"mam:mlp=0", "mam-lora"})
    void theOrderOfAttachmentDoesNotMatter(String method) {
        try (Specimen specimen = perturbed(method)) {
            List<Delta> reversed = new ArrayList<>(specimen.deltas().all());
            Collections.reverse(reversed);
            assertThat(states(specimen, reversed))
                    .containsExactly(Texts.flat(specimen.forward(Texts.all(), Mode.EVALUATION)));
        }
    }

    /** M4: the LoRA merges while the adapters stay, and nothing changes, neither behind a projection nor at the logits. */
    @Test
    void mergedLoraBesideTheAdaptersIsUnmerged() {
        assumeThat(backbone.base().architecture().shared())
                .as("layers that share a projection do not merge")
                .isEmpty();
        try (Specimen specimen = perturbed("mam-lora")) {
            List<Change> loras = specimen.deltas().all().stream()
                    .filter(Change.class::isInstance)
                    .map(Change.class::cast)
                    .filter(change -> change.site() instanceof Site.Linear)
                    .toList();
            List<Delta> adapters = new ArrayList<>(specimen.deltas().all());
            adapters.removeAll(loras);
            assertThat(new Deltas(adapters).merged(specimen.base())).isEmpty();
            Deltas copies = new Deltas(loras).merged(specimen.base()).orElseThrow();
            List<Delta> merged = new ArrayList<>(copies.all());
            merged.addAll(adapters);
            for (Change lora : loras) {
                assertThat(behind(lora.site(), specimen, merged))
                        .containsExactly(
                                behind(lora.site(), specimen, specimen.deltas().all()), within(1e-12))
                        .isNotEqualTo(behind(lora.site(), specimen, adapters));
            }
            assertThat(specimen.lossWith(new Deltas(merged))).isEqualTo(specimen.lossValue(), within(1e-12));
            assertThat(states(specimen, merged))
                    .containsExactly(Texts.flat(specimen.forward(Texts.all(), Mode.EVALUATION)), within(1e-12));
            copies.parameters().forEach(Parameter::close);
        }
    }

    private static double[] behind(Site site, Specimen specimen, List<Delta> deltas) {
        Probe probe = new Probe(site);
        List<Delta> all = new ArrayList<>(deltas);
        all.add(probe);
        states(specimen, all);
        return probe.output();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            mam:length=0          | length must be >= 1: 0
            mam:bottleneck=0      | bottleneck must be >= 1: 0
            mam:scale=0           | scale must be a number other than 0
            mam-lora:rank=0       | rank must be >= 1: 0
            mam-lora:bottleneck=0 | bottleneck must be >= 1: 0
            """)
    void whatMeansNothingIsRefused(String method, String message) {
        assertThatThrownBy(() -> Methods.parse(method))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    private Specimen perturbed(String method) {
        return Specimen.perturbed(Methods.parse(method), backbone);
    }

    private static double[] states(Specimen specimen, List<Delta> deltas) {
        return Texts.flat(specimen.base().forward(Texts.all(), new Deltas(deltas), Mode.EVALUATION));
    }
}
