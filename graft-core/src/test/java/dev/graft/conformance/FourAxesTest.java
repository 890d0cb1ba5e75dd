package dev.graft.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.graft.method.Method;
import dev.graft.method.Methods;
import dev.graft.method.Union;
import dev.graft.model.Architecture;
import dev.graft.model.Mode;
import dev.graft.tensor.Parameter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** V1 of methods.md 23: a built-in method is a point of the four axes, or a union of such points. */
@OnAllBackbones
class FourAxesTest {
    private final BackboneUnderTest backbone;

    FourAxesTest(BackboneUnderTest backbone) {
        this.backbone = backbone;
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            houlsby:bottleneck=5,layernorm=frozen | custom:id=bottleneck,where=attention+ffn,size=5,activation=gelu_new,reads=output
            houlsby:bottleneck=2,sites=attention  | custom:id=bottleneck,where=attention,size=2,activation=gelu_new,reads=output & layernorm
            lora:rank=4,alpha=6                   | custom:id=lora,where=query+value,form=low_rank,size=4,scale=1.5
            lora:rank=4,alpha=4                   | custom:id=lora,where=attention.query+attention.value,form=low_rank,size=4
            lora:rank=2,alpha=2,targets=ffn.up,layers=0+2 | custom:id=lora,where=ffn.up,layers=0+2,form=low_rank,size=2
            pfeiffer:bottleneck=4                 | custom:id=bottleneck,where=ffn,size=4,reads=finished
            pfeiffer:bottleneck=4,sites=attention+layer,gate=masked | custom:id=bottleneck,where=attention+layer,size=4,reads=finished,gate=masked
            pfeiffer:bottleneck=4,reads=output,gate=legacy | custom:id=bottleneck,where=ffn,size=4,reads=output,gate=legacy
            parallel:bottleneck=4                 | custom:id=bottleneck,where=ffn,size=4
            scaled-parallel:bottleneck=4          | custom:id=bottleneck,where=ffn,size=4,scale=2
            scaled-parallel:bottleneck=4,scale=learned,sites=attention | custom:id=bottleneck,where=attention,size=4,scale=learned
            scaled-parallel:bottleneck=4,scale=channel | custom:id=bottleneck,where=ffn,size=4,scale=channel
            mam:length=3,bottleneck=4,mlp=0       | prefix:length=3 & custom:id=bottleneck,where=ffn,size=4,scale=2
            mam-lora:rank=4,alpha=6,bottleneck=3  | custom:id=lora,where=query+value,form=low_rank,size=4,scale=1.5 & custom:id=bottleneck,where=ffn,size=3,scale=2
            """)
    void aBuiltInMethodIsAPointOfTheFourAxes(String builtIn, String axes) {
        try (Specimen one = Specimen.perturbed(Methods.parse(builtIn), backbone);
                Specimen other = Specimen.fresh(parts(axes), backbone)) {
            assertThat(other.parameters()).hasSameSizeAs(one.parameters());
            for (Parameter parameter : one.parameters()) {
                other.parameter(nameInCustom(parameter)).assign(parameter.value());
            }
            assertThat(other.logits(Mode.EVALUATION).toDoubles())
                    .containsExactly(one.logits(Mode.EVALUATION).toDoubles(), within(1e-12));
        }
    }

    /** Several changes of one's own may act at one place, so there gates and scales are named after their change. */
    private static String nameInCustom(Parameter parameter) {
        return parameter.name().replaceFirst("\\.(gate|scale)(?=\\.|$)", ".bottleneck.$1");
    }

    @Test
    void aMethodOfOnesOwnComesFromAFile(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("own.json"), """
                [
                  {"method": "custom", "where": ["ffn"], "size": 4, "reads": "input", "scale": 4},
                  {"method": "custom", "id": "late", "where": ["layer"], "layers": [2], "form": "low_rank", "size": 2, "start": "near"},
                  {"method": "layernorm"}
                ]
                """);
        Method method = Methods.read(file.toString());
        assertThat(method).isInstanceOf(Union.class);
        assertThat(Methods.fromJson(Methods.toJson(method))).isEqualTo(method);
        Architecture base = backbone.base().architecture();
        assertThat(method.parameters(base))
                .isEqualTo(3 * (2 * 16 * 4 + 4 + 16)
                        + 2 * 2 * 16
                        + Methods.parse("layernorm").parameters(base));
        try (Specimen specimen = Specimen.fresh(method, backbone)) {
            double before = specimen.lossValue();
            specimen.train(5);
            assertThat(specimen.lossValue()).isLessThan(before);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            custom:where=ffm                          | no place matches 'ffm' in layers 0 to 2; this base has ... query, key, value
            custom:where=query,layers=3               | layers must be in 0 to 2: 3
            custom:where=embedding.input              | no place matches 'embedding.input'
            custom:form=low_rank,activation=relu      | activation means nothing with form=low_rank
            custom:id=A                               | id must be a word of small letters
            custom:size=0                             | size must be >= 1: 0
            custom:scale=0                            | scale must be a number other than 0
            custom:scale=2,gate=masked                | scale means nothing with a gate, which stands in its place: 2.0
            custom:size=                              | custom: Cannot coerce empty String
            lora:rank=4,rank=8                        | lora has rank twice; several values of one option are joined by +
            prefix:positions=1                        | prefix: Cannot deserialize value
            p-tuning:template=good, {text} [MASK]     | a value with a comma goes into a file, --method FILE.json
            p-tuning:template={text} [MASK] .,hidden=5 | hidden means nothing with a template without [P]
            lora:targets=embedding.word,layers=1      | no projection in layers [1] matches 'embedding.word'
            dora:targets=query+pooler,layers=1        | no projection in layers [1] matches 'pooler'
            custom:rank=3                             | custom has no option 'rank'; it has id, where, layers, form
            custom & custom                           | two parameters are named layer.0.ffn.custom.down.weight
            layernorm & houlsby                       | two deltas replace the base tensor
            """)
    void whatMeansNothingIsRefused(String text, String message) {
        assertThatThrownBy(() -> Specimen.fresh(parts(text), backbone).parameters())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(message.split(" \\.\\.\\. "));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            []                                                  | a union needs two methods or more
            7                                                   | a method is written {"method": NAME
            {"method": "lora", "rank": 4.7}                     | lora: Cannot coerce Floating-point value (4.7)
            {"method": "lora", "rnk": 3}                        | lora has no option 'rnk'; it has rank
            [{"method": "lora"}, [{"method": "prefix"}, {"method": "prompt"}]] | a union holds no union
            """)
    void jsonThatIsNoMethodIsRefused(String json, String message) {
        assertThatThrownBy(() -> Methods.fromJson(new ObjectMapper().readTree(json)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void aFileThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> Methods.read("nowhere/own.json"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("nowhere/own.json: not a readable file of a method");
    }

    private static Method parts(String text) {
        return Methods.union(
                List.of(text.split(" & ")).stream().map(Methods::parse).toList());
    }
}
