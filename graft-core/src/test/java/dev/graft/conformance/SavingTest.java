package dev.graft.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.graft.adapter.Adapter;
import dev.graft.adapter.AdapterException;
import dev.graft.method.Methods;
import dev.graft.model.Backbone;
import dev.graft.model.Mode;
import dev.graft.model.Pooling;
import dev.graft.tensor.Parameter;
import dev.graft.weights.TensorInfo;
import dev.graft.weights.TensorSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** G5, G12: an adapter survives its files, and goes onto its own base only. */
class SavingTest {
    @TempDir
    Path folder;

    @OnRotatingBackbones
    void whatIsLoadedOntoAFreshBaseGivesTheSameLogits(MethodUnderTest method, BackboneUnderTest backbone) {
        Path saved = folder.resolve("adapter");
        try (Specimen specimen = Specimen.perturbed(method, backbone);
                Backbone fresh = backbone.openAnother()) {
            specimen.adapter().save(saved, specimen.base());
            try (Specimen loaded = new Specimen(fresh, Adapter.load(saved, fresh))) {
                assertThat(loaded.logits(Mode.EVALUATION).toDoubles())
                        .containsExactly(specimen.logits(Mode.EVALUATION).toDoubles());
                assertThat(loaded.adapter().method()).isEqualTo(method.method().stored());
            }
        }
    }

    @OnRotatingBackbones
    void theFilesHoldWhatTrainsAndNothingElse(MethodUnderTest method, BackboneUnderTest backbone) throws IOException {
        Path saved = folder.resolve("adapter");
        try (Specimen specimen = Specimen.fresh(method, backbone)) {
            specimen.adapter().save(saved, specimen.base());
            try (Specimen loaded = new Specimen(specimen.base(), Adapter.load(saved, specimen.base()))) {
                assertThat(elements(saved, file -> !file.equals("training.safetensors")))
                        .containsExactlyElementsOf(elements(loaded));
            }
            try (Specimen loaded = new Specimen(specimen.base(), Adapter.loadForTraining(saved, specimen.base()))) {
                assertThat(elements(loaded)).containsExactlyElementsOf(elements(specimen));
            }
        }
    }

    private static List<Long> elements(Path directory, Predicate<String> files) throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            return all.filter(file -> file.toString().endsWith(".safetensors"))
                    .filter(file -> files.test(file.getFileName().toString()))
                    .flatMap(file -> {
                        try (TensorSource source = TensorSource.open(file)) {
                            return source.tensors().stream();
                        }
                    })
                    .map(TensorInfo::elements)
                    .sorted()
                    .toList();
        }
    }

    private static List<Long> elements(Specimen specimen) {
        return specimen.parameters().stream().map(Parameter::elements).sorted().toList();
    }

    static Stream<Sizes> otherSizes() {
        return Stream.of(
                new Sizes(2, 16, 2, 64, 60, 32, 2, false), // layers
                new Sizes(3, 8, 2, 64, 60, 32, 2, false), // hidden
                new Sizes(3, 16, 4, 64, 60, 32, 2, false), // heads, which no tensor's shape shows
                new Sizes(3, 16, 2, 32, 60, 32, 2, false), // feed-forward
                new Sizes(3, 16, 2, 64, 61, 32, 2, false)); // vocabulary
    }

    @ParameterizedTest
    @MethodSource("otherSizes")
    void aBaseOfOtherSizesIsRefused(Sizes other) {
        try (Backbone base = TinyBert.open(other)) {
            assertRefused(base);
        }
    }

    @Test
    void aBaseOfOtherWeightsIsRefused() {
        try (Backbone base = TinyBert.open(Sizes.TINY, 8, Pooling.MEAN)) {
            assertRefused(base);
        }
    }

    @Test
    void aBaseWithAPoolerThatNobodyUsesIsTheSame() {
        try (Specimen specimen = Specimen.perturbed(Methods.parse("houlsby"), BackboneUnderTest.BERT);
                Backbone withPooler = TinyBert.open(Sizes.TINY.withPooler(), 7, Pooling.MEAN)) {
            Path saved = folder.resolve("adapter");
            specimen.adapter().save(saved, specimen.base());
            try (Specimen loaded = new Specimen(withPooler, Adapter.load(saved, withPooler))) {
                assertThat(loaded.logits(Mode.EVALUATION).toDoubles())
                        .containsExactly(specimen.logits(Mode.EVALUATION).toDoubles());
            }
        }
    }

    private void assertRefused(Backbone other) {
        Path saved = folder.resolve("adapter");
        try (Specimen specimen = Specimen.fresh(Methods.parse("lora"), BackboneUnderTest.BERT)) {
            specimen.adapter().save(saved, specimen.base());
            assertThatThrownBy(() -> Adapter.load(saved, other))
                    .isInstanceOf(AdapterException.class)
                    .hasMessageContaining("was trained on");
        }
    }
}
