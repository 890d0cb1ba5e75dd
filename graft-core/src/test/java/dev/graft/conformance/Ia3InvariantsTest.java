package dev.graft.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.graft.method.Ia3;
import dev.graft.method.Methods;
import dev.graft.model.Architecture;
import dev.graft.model.Deltas;
import dev.graft.model.Mode;
import dev.graft.model.Replacement;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

/** (IA)^3 is the base with rows or columns of its projections multiplied (formats.md 2.1.5). */
@OnAllBackbones
class Ia3InvariantsTest {
    private final BackboneUnderTest backbone;

    Ia3InvariantsTest(BackboneUnderTest backbone) {
        this.backbone = backbone;
    }

    @Test
    void anOutputIsRowsAndBiasTimesTheVector() {
        String key = "layer.1.attention.key";
        assertIsTheBaseWith("ia3:outputs=" + key + ",inputs=layer.2.ffn.down", (name, specimen) -> {
            Tensor rows = specimen.parameter(key + ".ia3.output").value(); // [d]
            Tensor columns = specimen.parameter("layer.2.ffn.down.ia3.input").value(); // [f]
            return switch (name) {
                case "layer.1.attention.key.weight" -> rows.unsqueeze(1);
                case "layer.1.attention.key.bias" -> rows;
                case "layer.2.ffn.down.weight" -> columns;
                default -> null;
            };
        });
    }

    @Test
    void anInputOfAttentionsOutputIsColumnsTimesTheVector() {
        String output = "layer.0.attention.output";
        assertIsTheBaseWith("ia3:outputs=layer.0.ffn.up,inputs=" + output, (name, specimen) -> switch (name) {
            case "layer.0.attention.output.weight" ->
                specimen.parameter(output + ".ia3.input").value();
            case "layer.0.ffn.up.weight" ->
                specimen.parameter("layer.0.ffn.up.ia3.output").value().unsqueeze(1);
            case "layer.0.ffn.up.bias" ->
                specimen.parameter("layer.0.ffn.up.ia3.output").value();
            default -> null;
        });
    }

    private void assertIsTheBaseWith(String method, BiFunction<String, Specimen, Tensor> factors) {
        try (Specimen specimen = Specimen.perturbed(Methods.parse(method), backbone)) {
            List<Replacement> replacements = new ArrayList<>();
            Architecture base = specimen.base().architecture();
            Set<String> names = new TreeSet<>(base.tensors().keySet());
            names.addAll(base.shared().keySet());
            for (String name : names) {
                Tensor factor = factors.apply(name, specimen);
                if (factor != null) {
                    Tensor changed = specimen.base().tensor(name).times(factor);
                    replacements.add(new Replacement(name, Parameter.of(name, changed, true)));
                }
            }
            double[] expected =
                    Texts.flat(specimen.base().forward(Texts.all(), new Deltas(replacements), Mode.EVALUATION));
            assertThat(Texts.flat(specimen.forward(Texts.all(), Mode.EVALUATION)))
                    .containsExactly(expected, within(1e-12));
            replacements.forEach(replacement -> replacement.parameter().close());
        }
    }

    @Test
    void whatCannotBeMultipliedIsRefused() {
        assertThatThrownBy(() -> Specimen.fresh(Methods.parse("ia3:inputs=query"), backbone))
                .hasMessageContaining(
                        "no input that can be multiplied matches 'query'; there are" + " attention.output, ffn.down");
        assertThatThrownBy(() -> Specimen.fresh(Methods.parse("ia3:outputs=ffn.down"), backbone))
                .hasMessageContaining("both name layer.0.ffn.down");
        assertThatThrownBy(() -> new Ia3(List.of(), List.of())).hasMessageContaining("at least one projection");
    }
}
