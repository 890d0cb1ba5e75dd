package dev.graft.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.graft.model.Architecture;
import dev.graft.model.Backbone;
import dev.graft.model.Delta;
import dev.graft.model.Deltas;
import dev.graft.model.Flow;
import dev.graft.model.Heads;
import dev.graft.model.HeadsDelta;
import dev.graft.model.Mode;
import dev.graft.model.OutputDelta;
import dev.graft.model.Pass;
import dev.graft.model.Pooling;
import dev.graft.model.Role;
import dev.graft.model.Site;
import dev.graft.model.Site.Embedding.Stage;
import dev.graft.model.Site.Sublayer.Block;
import dev.graft.tensor.Gradients;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Scope;
import dev.graft.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every site of a backbone asks what acts there, and shows what it promises. */
class SitesTest {
    static Stream<Site> sitesWithAnOutput() {
        List<Site> sites = new ArrayList<>(List.of(
                new Site.Embedding(Stage.TABLE),
                new Site.Layer(1),
                new Site.Inner(1),
                new Site.Sublayer(0, Block.ATTENTION),
                new Site.Sublayer(2, Block.FFN)));
        for (Role role : Role.values()) {
            if (role != Role.EMBEDDING_PROJECTION && role != Role.MASKED_LM) { // this BERT has neither
                sites.add(new Site.Linear(role.isOutsideLayers() ? 0 : 1, role));
            }
        }
        return sites.stream();
    }

    @ParameterizedTest
    @MethodSource("sitesWithAnOutput")
    void whatActsOnAnOutputIsAskedOnce(Site site) {
        Count count = new Count(site);
        forward(count);
        assertThat(count.calls).isEqualTo(1);
    }

    @Test
    void aBertHasAllOfThem() {
        Architecture base = BackboneUnderTest.BERT_WITH_POOLER.base().architecture();
        assertThat(base.sites()).containsAll(sitesWithAnOutput().toList()).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @EnumSource
    void anArchitectureNamesEverySiteThatItsBackboneAsks(BackboneUnderTest backbone) {
        for (Site site : backbone.base().architecture().sites()) {
            if (hasAnOutput(site)) {
                Count count = new Count(site);
                Deltas deltas = new Deltas(List.of(count));
                forward(backbone.base(), backbone.pooling(), deltas);
                assertThat(count.calls).as(site.path()).isEqualTo(1);
            }
        }
    }

    private static boolean hasAnOutput(Site site) {
        return switch (site) {
            case Site.Embedding embedding -> embedding.stage() == Stage.TABLE;
            case Site.Heads heads -> false;
            case Site.Norm norm -> false;
            default -> true;
        };
    }

    @Test
    void whatNoBackboneAsksIsRefused() {
        Backbone base = BackboneUnderTest.BERT.base();
        Deltas deltas = new Deltas(List.of(new Count(new Site.Layer(7))));
        assertThatThrownBy(() -> deltas.requireSites(base.architecture()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no site layer.7; it has embedding.table");
    }

    @ParameterizedTest
    @MethodSource("layers")
    void theProjectionsOfAttentionMakeItsKeysAndValues(int layer) {
        Projections seen = new Projections(new Site.Heads(layer));
        forward(seen);
        assertThat(seen.keysAgree).isTrue();
        assertThat(seen.valuesAgree).isTrue();
    }

    static Stream<Integer> layers() {
        return Stream.of(0, 2);
    }

    private static void forward(Delta delta) {
        BackboneUnderTest bert = BackboneUnderTest.BERT_WITH_POOLER;
        forward(bert.base(), bert.pooling(), new Deltas(List.of(delta)));
    }

    private static void forward(Backbone backbone, Pooling pooling, Deltas deltas) {
        try (Scope scope = Scope.open();
                Gradients off = Gradients.off()) {
            backbone.pool(backbone.forward(Texts.all(), deltas, Mode.EVALUATION), pooling, deltas, Mode.EVALUATION);
        }
    }

    private static final class Count implements OutputDelta {
        private final Site site;
        private int calls;

        Count(Site site) {
            this.site = site;
        }

        @Override
        public Site site() {
            return site;
        }

        @Override
        public Tensor apply(Flow flow) {
            calls++;
            return flow.output();
        }

        @Override
        public List<Parameter> parameters() {
            return List.of();
        }
    }

    private static final class Projections implements HeadsDelta {
        private final Site site;
        private boolean keysAgree;
        private boolean valuesAgree;

        Projections(Site site) {
            this.site = site;
        }

        @Override
        public Site site() {
            return site;
        }

        @Override
        public Heads before(Heads heads, Pass pass) {
            keysAgree = heads.keyProjection().apply(heads.input()).equalTo(heads.keys());
            valuesAgree = heads.valueProjection().apply(heads.input()).equalTo(heads.values());
            return heads;
        }

        @Override
        public List<Parameter> parameters() {
            return List.of();
        }
    }
}
