package dev.graft.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.graft.adapter.Adapter;
import dev.graft.method.Methods;
import dev.graft.model.Batch;
import dev.graft.model.Deltas;
import dev.graft.model.Hidden;
import dev.graft.model.Mode;
import dev.graft.tensor.Device;
import dev.graft.tensor.Functions;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Tensor;
import dev.graft.weights.TensorInfo;
import dev.graft.weights.TensorSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** PT1, PT3, PT5 of methods.md 15, and its formula. */
@OnAllBackbones
class PTuningInvariantsTest {
    private static final String NAME = "embedding.input.p-tuning.";

    private final BackboneUnderTest backbone;

    PTuningInvariantsTest(BackboneUnderTest backbone) {
        this.backbone = backbone;
    }

    @Test
    void itsOutputsWithoutTheEncoderAreTheSamePseudoTokens() {
        try (Specimen encoded = Specimen.perturbed(Methods.parse("p-tuning:length=3"), backbone);
                Specimen plain = Specimen.fresh(Methods.parse("p-tuning:length=3,encoder=none"), backbone)) {
            Tensor states =
                    Functions.biLstm(encoded.parameter(NAME + "embedding").value(), values(encoded, "lstm."), 2);
            plain.parameter(NAME + "rows")
                    .assign(linear(linear(states, encoded, 0).relu(), encoded, 1));
            copyHead(encoded, plain);
            assertThat(plain.logits(Mode.EVALUATION).toDoubles())
                    .containsExactly(encoded.logits(Mode.EVALUATION).toDoubles());
        }
    }

    /** PT1: the file holds the pseudo tokens alone, and they compute the same; the encoder lies aside. */
    @ParameterizedTest
    @ValueSource(strings = {"lstm", "mlp"})
    void whatIsStoredIsTheRowsAndComputesTheSame(String encoder, @TempDir Path folder) throws IOException {
        Path saved = folder.resolve("adapter");
        try (Specimen trained = Specimen.perturbed(Methods.parse("p-tuning:length=3,encoder=" + encoder), backbone)) {
            double[] expected = trained.logits(Mode.EVALUATION).toDoubles();
            trained.adapter().save(saved, trained.base());
            try (TensorSource source = TensorSource.open(saved.resolve("adapter_model.safetensors"))) {
                assertThat(source.tensors())
                        .extracting(TensorInfo::name)
                        .containsExactlyInAnyOrder(NAME + "rows", "head.weight", "head.bias");
            }
            try (Specimen again = new Specimen(backbone.base(), Adapter.loadForTraining(saved, backbone.base()))) {
                assertThat(again.adapter().method()).isEqualTo(trained.adapter().method());
                for (Parameter parameter : trained.parameters()) {
                    assertThat(again.parameter(parameter.name()).value().toDoubles())
                            .containsExactly(parameter.value().toDoubles());
                }
            }
            Files.delete(saved.resolve("training.safetensors"));
            try (Specimen used = new Specimen(backbone.base(), Adapter.load(saved, backbone.base()))) {
                assertThat(used.logits(Mode.EVALUATION).toDoubles()).containsExactly(expected);
                assertThat(used.adapter().method()).isEqualTo(Methods.parse("p-tuning:length=3,encoder=none"));
            }
        }
    }

    @Test
    void theMlpIsThreeLinearLayers() {
        try (Specimen encoded = Specimen.perturbed(Methods.parse("p-tuning:length=3,encoder=mlp,hidden=6"), backbone);
                Specimen plain = Specimen.fresh(Methods.parse("p-tuning:length=3,encoder=none"), backbone)) {
            Tensor rows = encoded.parameter(NAME + "embedding").value();
            Tensor hidden = linear(linear(rows, encoded, 0).relu(), encoded, 1).relu(); // [3, 6]
            plain.parameter(NAME + "rows").assign(linear(hidden, encoded, 2));
            copyHead(encoded, plain);
            assertThat(plain.logits(Mode.EVALUATION).toDoubles())
                    .containsExactly(encoded.logits(Mode.EVALUATION).toDoubles());
        }
    }

    @Test
    void aPromptInFrontIsTheSameAsPseudoTokensWithoutAnEncoder() {
        try (Specimen pseudo = Specimen.perturbed(Methods.parse("p-tuning:length=3,encoder=none"), backbone);
                Specimen prompt = Specimen.fresh(Methods.parse("prompt:length=3,place=before_cls"), backbone)) {
            prompt.parameter("embedding.input.prompt")
                    .assign(pseudo.parameter(NAME + "rows").value().detach());
            copyHead(pseudo, prompt);
            assertThat(prompt.logits(Mode.EVALUATION).toDoubles())
                    .containsExactly(pseudo.logits(Mode.EVALUATION).toDoubles());
        }
    }

    @Test
    void reversedTokensThroughSwappedDirectionsAreTheReversedStatesWithSwappedHalves() {
        try (Specimen specimen = Specimen.perturbed(Methods.parse("p-tuning:length=5"), backbone)) {
            Tensor rows = specimen.parameter(NAME + "embedding").value().detach();
            List<Tensor> weights = values(specimen, "lstm.0.");
            List<Tensor> swapped = new ArrayList<>(weights.subList(4, 8));
            swapped.addAll(weights.subList(0, 4));
            int w = specimen.base().architecture().embedding() / 2;
            Tensor states = Functions.biLstm(rows, weights, 1); // [5, 2w]
            Tensor mirrored = Tensor.concatenate(1, states.narrow(1, w, w), states.narrow(1, 0, w));
            assertThat(Functions.biLstm(reversed(rows), swapped, 1).toDoubles())
                    .containsExactly(reversed(mirrored).toDoubles(), within(1e-14));
        }
    }

    /** [CLS], pseudo token, word, pseudo token, word, [SEP]. */
    private static Batch marked() {
        return Batch.of(
                List.of(new int[] {2, 0, 17, 0, 45, 3}),
                List.of(new int[6]),
                List.of(new int[] {0, 1, 0, 2, 0, 0}),
                0,
                Device.CPU);
    }

    @Test
    void aPseudoTokenThatIsAWordsEmbeddingIsThatWord() {
        try (Specimen specimen =
                Specimen.fresh(Methods.parse("p-tuning:template=[P] {text} [P] x,encoder=none"), backbone)) {
            Tensor words = specimen.base().tensor("embedding.word.weight");
            specimen.parameter(NAME + "rows").assign(words.indexSelect(0, Tensor.of(new long[] {40, 41}, 2)));
            Batch spelledOut = Batch.of(List.of(new int[] {2, 40, 17, 41, 45, 3}), List.of(new int[6]), 0, Device.CPU);
            Hidden pseudo = specimen.forward(marked(), Mode.EVALUATION);
            assertThat(Texts.flat(pseudo))
                    .containsExactly(Texts.flat(specimen.base().forward(spelledOut, Deltas.NONE, Mode.EVALUATION)));
            assertThat(pseudo.text().toDoubles()).containsExactly(1, 0, 1, 0, 1, 1);
        }
    }

    @Test
    void pseudoTokensBehindClsAreAPromptThereGradientsIncluded() {
        try (Specimen prompt = Specimen.perturbed(Methods.parse("prompt:length=2"), backbone);
                Specimen pseudo =
                        Specimen.fresh(Methods.parse("p-tuning:template=[P] [P] {text},encoder=none"), backbone)) {
            Parameter inserted = prompt.parameter("embedding.input.prompt");
            Parameter marked = pseudo.parameter(NAME + "rows");
            marked.assign(inserted.value().detach());
            copyHead(prompt, pseudo);
            Batch plain = Batch.of(List.of(new int[] {2, 17, 45, 3}), List.of(new int[4]), 0, Device.CPU);
            Batch written = Batch.of(
                    List.of(new int[] {2, 0, 0, 17, 45, 3}),
                    List.of(new int[6]),
                    List.of(new int[] {0, 1, 2, 0, 0, 0}),
                    0,
                    Device.CPU);
            Tensor expected = prompt.adapter().outputs(prompt.base(), plain, Mode.EVALUATION);
            Tensor actual = pseudo.adapter().outputs(pseudo.base(), written, Mode.EVALUATION);
            assertThat(actual.toDoubles()).containsExactly(expected.toDoubles());
            expected.squared().sum().backward();
            actual.squared().sum().backward();
            assertThat(Objects.requireNonNull(marked.gradient()).toDoubles())
                    .containsExactly(Objects.requireNonNull(inserted.gradient()).toDoubles(), within(1e-14));
        }
    }

    @Test
    void aTemplateNeedsTextsThatItWrote() {
        try (Specimen specimen = Specimen.fresh(Methods.parse("p-tuning:template=[P] {text}"), backbone)) {
            assertThatThrownBy(() -> specimen.forward(Texts.all(), Mode.EVALUATION))
                    .hasMessageContaining("texts that the template wrote");
        }
    }

    @Test
    void whatMeansNothingIsRefused() {
        assertThatThrownBy(() -> Methods.parse("p-tuning:template=[P] {text},length=2"))
                .hasMessageContaining("length means nothing with a template");
        assertThatThrownBy(() -> Methods.parse("p-tuning:template=[P] text")).hasMessageContaining("{text} once");
        assertThatThrownBy(() -> Methods.parse("p-tuning:encoder=none,hidden=8"))
                .hasMessageContaining("hidden means nothing with encoder=none");
        assertThatThrownBy(() -> Methods.parse("p-tuning:length=0")).hasMessageContaining("length must be >= 1: 0");
        assertThatThrownBy(() -> Methods.parse("p-tuning:hidden=0")).hasMessageContaining("hidden must be >= 1: 0");
    }

    private static Tensor reversed(Tensor rows) {
        List<Tensor> back = new ArrayList<>();
        for (long i = rows.size(0) - 1; i >= 0; i--) {
            back.add(rows.select(0, i));
        }
        return Tensor.stacked(0, back);
    }

    private static List<Tensor> values(Specimen specimen, String prefix) {
        return specimen.parameters().stream()
                .filter(parameter -> parameter.name().startsWith(NAME + prefix))
                .map(Parameter::value)
                .toList();
    }

    private static Tensor linear(Tensor x, Specimen specimen, int layer) {
        String name = NAME + "mlp." + layer;
        return Functions.linear(
                x,
                specimen.parameter(name + ".weight").value(),
                specimen.parameter(name + ".bias").value());
    }

    private static void copyHead(Specimen from, Specimen to) {
        for (String name : List.of("head.weight", "head.bias")) {
            to.parameter(name).assign(from.parameter(name).value().detach());
        }
    }
}
