package dev.graft.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.graft.method.Methods;
import dev.graft.model.Mode;
import dev.graft.tensor.Functions;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** PT1, PT5 of methods.md 15, and its formula. */
class PTuningInvariantsTest {
    private static final BackboneUnderTest BERT = BackboneUnderTest.BERT;
    private static final String NAME = "embedding.input.p-tuning.";

    @Test
    void itsOutputsWithoutTheEncoderAreTheSamePseudoTokens() {
        try (Specimen encoded = Specimen.perturbed(Methods.parse("p-tuning:length=3"), BERT);
                Specimen plain = Specimen.fresh(Methods.parse("p-tuning:length=3,encoder=none"), BERT)) {
            Tensor states =
                    Functions.biLstm(encoded.parameter(NAME + "embedding").value(), values(encoded, "lstm."), 2);
            plain.parameter(NAME + "embedding")
                    .assign(linear(linear(states, encoded, 0).relu(), encoded, 1));
            copyHead(encoded, plain);
            assertThat(plain.logits(Mode.EVALUATION).toDoubles())
                    .containsExactly(encoded.logits(Mode.EVALUATION).toDoubles());
        }
    }

    @Test
    void theMlpIsThreeLinearLayers() {
        try (Specimen encoded = Specimen.perturbed(Methods.parse("p-tuning:length=3,encoder=mlp,hidden=6"), BERT);
                Specimen plain = Specimen.fresh(Methods.parse("p-tuning:length=3,encoder=none"), BERT)) {
            Tensor rows = encoded.parameter(NAME + "embedding").value();
            Tensor hidden = linear(linear(rows, encoded, 0).relu(), encoded, 1).relu(); // [3, 6]
            plain.parameter(NAME + "embedding").assign(linear(hidden, encoded, 2));
            copyHead(encoded, plain);
            assertThat(plain.logits(Mode.EVALUATION).toDoubles())
                    .containsExactly(encoded.logits(Mode.EVALUATION).toDoubles());
        }
    }

    @Test
    void aPromptInFrontIsTheSameAsPseudoTokensWithoutAnEncoder() {
        try (Specimen pseudo = Specimen.perturbed(Methods.parse("p-tuning:length=3,encoder=none"), BERT);
                Specimen prompt = Specimen.fresh(Methods.parse("prompt:length=3,place=before_cls"), BERT)) {
            prompt.parameter("embedding.input.prompt")
                    .assign(pseudo.parameter(NAME + "embedding").value().detach());
            copyHead(pseudo, prompt);
            assertThat(prompt.logits(Mode.EVALUATION).toDoubles())
                    .containsExactly(pseudo.logits(Mode.EVALUATION).toDoubles());
        }
    }

    @Test
    void reversedTokensThroughSwappedDirectionsAreTheReversedStatesWithSwappedHalves() {
        try (Specimen specimen = Specimen.perturbed(Methods.parse("p-tuning:length=5"), BERT)) {
            Tensor rows = specimen.parameter(NAME + "embedding").value().detach();
            List<Tensor> weights = values(specimen, "lstm.0.");
            List<Tensor> swapped = new ArrayList<>(weights.subList(4, 8));
            swapped.addAll(weights.subList(0, 4));
            int w = BERT.sizes().hidden() / 2;
            Tensor states = Functions.biLstm(rows, weights, 1); // [5, 2w]
            Tensor mirrored = Tensor.concatenate(1, states.narrow(1, w, w), states.narrow(1, 0, w));
            assertThat(Functions.biLstm(reversed(rows), swapped, 1).toDoubles())
                    .containsExactly(reversed(mirrored).toDoubles(), within(1e-14));
        }
    }

    @Test
    void whatMeansNothingIsRefused() {
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
