package dev.graft.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.graft.adapter.AdapterExport.Format;
import dev.graft.method.Method;
import dev.graft.method.Methods;
import dev.graft.model.Backbone;
import dev.graft.model.Batch;
import dev.graft.model.Families;
import dev.graft.model.Mode;
import dev.graft.model.Pooling;
import dev.graft.task.Classification;
import dev.graft.task.Regression;
import dev.graft.task.Task;
import dev.graft.tensor.DType;
import dev.graft.tensor.Device;
import dev.graft.tensor.Gradients;
import dev.graft.tensor.RandomSource;
import dev.graft.tensor.Scope;
import dev.graft.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Adapters of every method that a library shares, written in its files and read back as it reads them. */
class AdapterExportTest {
    private static final Classification CLASSES = new Classification(List.of("low", "mid", "high"));
    private static final Offset<Double> EQUAL = Offset.offset(1e-5);

    private static Backbone base;

    @TempDir
    private Path directory;

    @BeforeAll
    static void open() {
        base = GoldenFiles.base();
    }

    @AfterAll
    static void close() {
        base.close();
    }

    /** An adapter away from its start, where a B of zeros would hide a wrong A. */
    private static Adapter adapter(String method, Task task, Pooling pooling) {
        Adapter adapter = Adapter.create(method(method), task, base, "theirs", pooling, 20, 1);
        try (Scope scope = Scope.open();
                Gradients off = Gradients.off()) {
            adapter.parameters()
                    .forEach(parameter -> parameter.assign(parameter
                            .value()
                            .plus(new RandomSource(7)
                                    .at(parameter.name())
                                    .normal(0.1, parameter.value().shape()))));
        }
        return adapter;
    }

    /** Several methods behind {@code &} train together. */
    private static Method method(String methods) {
        return Methods.union(
                Arrays.stream(methods.split(" & ")).map(Methods::parse).toList());
    }

    private static double[] outputs(Adapter adapter) {
        try (Scope scope = Scope.open();
                Gradients off = Gradients.off()) {
            List<int[]> ids = List.of(new int[] {2, 40, 8, 3}, new int[] {2, 17, 90, 33, 12, 3});
            Batch batch =
                    Batch.of(ids, ids.stream().map(text -> new int[text.length]).toList(), 0, Device.CPU);
            Tensor outputs = adapter.outputs(base, batch, Mode.EVALUATION);
            return outputs.toDoubles();
        }
    }

    private void comesBack(String method, Format format, Task task, Pooling pooling) {
        Path exported = directory.resolve("exported");
        try (Adapter adapter = adapter(method, task, pooling)) {
            assertThat(AdapterExport.write(adapter, base, format, "my", exported))
                    .isTrue();
            try (Adapter back = ForeignAdapter.open(exported, null, base).read("theirs", null, List.of())) {
                assertThat(back.task().outputs()).isEqualTo(task.outputs());
                assertThat(outputs(back)).containsExactly(outputs(adapter), EQUAL);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "lora:rank=4,alpha=3",
                "lora:targets=query+ffn.down,layers=1",
                "ia3",
                "layernorm",
                "prefix:length=5,positions=shifted",
                "prompt:length=3,place=before_cls",
                "p-tuning:length=3,encoder=none",
                "p-tuning:length=3",
                "prefix:length=5,positions=shifted,mlp=6",
                "dora"
            })
    void comesBackFromPeft(String method) {
        comesBack(method, Format.PEFT, CLASSES, Pooling.POOLER);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "lora:rank=4,alpha=3",
                "lora:targets=query+key+value+ffn.up+ffn.down",
                "ia3:outputs=key+value+ffn.up,inputs=",
                "houlsby:layernorm=frozen,bottleneck=5",
                "houlsby:layernorm=frozen,sites=ffn,activation=relu",
                "prefix:length=5",
                "prompt:length=3,stage=output",
                "prompt:length=3,stage=output,place=before_cls",
                "lora:rank=4,alpha=3,stabilised=true",
                "lora:targets=query+ffn.down,layers=1",
                "ia3:outputs=layer.1.attention.key+layer.1.ffn.up,inputs=",
                "pfeiffer:bottleneck=5",
                "pfeiffer:sites=attention+ffn,norms=before+after",
                "pfeiffer:norms=before,gate=legacy",
                "parallel",
                "scaled-parallel:scale=learned,sites=attention+ffn",
                "scaled-parallel:scale=channel",
                "phm:bottleneck=8,layernorm=frozen",
                "phm:bottleneck=8,sites=ffn,rule=shared,layernorm=frozen",
                "phm:bottleneck=8,sites=ffn,reads=finished,layernorm=frozen",
                "compacter:bottleneck=8,reads=finished,layernorm=frozen",
                "compacter:bottleneck=8,rank=2,layernorm=frozen",
                "compacter:bottleneck=8,factors=shared,layernorm=frozen",
                "compacter++:bottleneck=8,reads=finished,rule=own,layernorm=frozen",
                "prefix:length=3,mlp=6",
                "invertible:bottleneck=5",
                "mam:length=3",
                "mam:mlp=6",
                "mam-lora",
                "unipelt:gates=legacy",
                "unipelt:gates=none,parts=prefix+lora",
                "unipelt:mlp=6,gates=legacy,parts=prefix+adapter",
                "houlsby:layernorm=frozen & invertible",
                "pfeiffer & invertible",
                "houlsby:layernorm=frozen,activation=relu & invertible",
                "pfeiffer & lora & prefix:length=2",
                "custom:id=adapter,where=attention+ffn,layers=0,size=3,reads=output & custom:id=adapter,where=attention+ffn,layers=1,size=9,reads=output",
                "custom:id=adapter,layers=1,scale=learned",
                "custom:id=adapter,layers=0,reads=finished,gate=legacy"
            })
    void comesBackFromAdapterHub(String method) {
        comesBack(method, Format.ADAPTERHUB, CLASSES, Pooling.CLS);
    }

    @Test
    void theUnitOfARegressionGoesIntoTheHead() {
        try (Adapter plain = adapter("lora", new Regression(), Pooling.POOLER)) {
            Adapter scaled = plain.described(plain.head().scaled(3, -2), plain.training());
            for (Format format : Format.values()) {
                Path exported = directory.resolve(format.name());
                AdapterExport.write(scaled, base, format, "my", exported);
                try (Adapter back = ForeignAdapter.open(exported, null, base).read("theirs", null, List.of())) {
                    assertThat(outputs(back)).containsExactly(outputs(scaled), EQUAL);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"PEFT", "ADAPTERHUB"})
    void aHeadThatTheLibraryHasNotLiesBesideIt(Format format) {
        try (Adapter adapter = adapter("lora", CLASSES, Pooling.MEAN)) {
            assertThat(AdapterExport.write(adapter, base, format, "my", directory.resolve("exported")))
                    .isFalse();
        }
        assertThat(directory.resolve("exported/head.safetensors")).exists();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "houlsby                                | PEFT       | PEFT has no method",
                "prefix                                 | PEFT       | train with positions=shifted",
                "prompt                                 | PEFT       | place=before_cls",
                "'p-tuning:template=[P] {text},encoder=none' | PEFT  | train without one",
                "full                                   | ADAPTERHUB | AdapterHub has no method",
                "houlsby                                | ADAPTERHUB | layernorm=frozen",
                "prefix:positions=shifted               | ADAPTERHUB | positions=kept",
                "prompt                                 | ADAPTERHUB | stage=output",
                "ia3                                    | ADAPTERHUB | multiplies outputs alone",
                "lora:ranks=value:2                     | ADAPTERHUB | one rank and scale for all of them",
                "compacter                              | ADAPTERHUB | layernorm=frozen",
                "'compacter:bottleneck=12,factors=shared,layernorm=frozen' | ADAPTERHUB | that divides the base's width",
                "pfeiffer:gate=masked                   | ADAPTERHUB | train with gate=legacy",
                "'pfeiffer:norms=after,gate=legacy'     | ADAPTERHUB | ln_after=true",
                "pfeiffer:sites=layer                   | ADAPTERHUB | cannot be exported",
                "unipelt                                | ADAPTERHUB | train with gates=legacy or none",
                "scaled-parallel:sites=pre_o            | ADAPTERHUB | beside whole sub-layers",
                "multihead-parallel                     | ADAPTERHUB | AdapterHub has no method",
                "low-rank                               | ADAPTERHUB | AdapterHub has no method",
                "lora & prefix                          | PEFT       | PEFT has no method",
                "lora:targets=query & lora:targets=value | ADAPTERHUB | unites methods of different kinds",
                "pfeiffer & invertible:activation=tanh  | ADAPTERHUB | an invertible adapter of one activation",
                "custom:size=3                          | ADAPTERHUB | AdapterHub has no tensors",
                "custom:id=adapter,where=ffn.up         | ADAPTERHUB | cannot be exported",
                "lora:targets=attention.output          | ADAPTERHUB | ffn.down alone"
            })
    void whatALibraryComputesOtherwiseIsRefusedWithTheReason(String method, Format format, String reason) {
        Path exported = directory.resolve("exported");
        try (Adapter adapter = adapter(method, CLASSES, Pooling.POOLER)) {
            assertThatThrownBy(() -> AdapterExport.write(adapter, base, format, "my", exported))
                    .isInstanceOf(AdapterException.class)
                    .hasMessageContaining("cannot be exported to")
                    .hasMessageContaining(reason);
        }
        assertThat(directory).isEmptyDirectory(); // not even what was half written
    }

    /** Its zeros would hide the difference. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "lora:alphas=value:4                    | one rank and scale for all of them",
                "pfeiffer:gate=masked                   | train with gate=legacy",
                "unipelt:gates=masked                   | train with gates=legacy or none",
                "custom:id=adapter,gate=masked          | cannot be exported",
                "prefix:positions=shifted               | positions=kept"
            })
    void anAdapterAtItsStartIsRefusedAsAnyOther(String method, String reason) {
        Path exported = directory.resolve("exported");
        try (Adapter adapter = Adapter.create(method(method), CLASSES, base, "theirs", Pooling.POOLER, 20, 1)) {
            assertThatThrownBy(() -> AdapterExport.write(adapter, base, Format.ADAPTERHUB, "my", exported))
                    .isInstanceOf(AdapterException.class)
                    .hasMessageContaining(reason);
        }
        assertThat(directory).isEmptyDirectory();
    }

    /** ELECTRA's embeddings are narrower than its layers: 16 and 32. */
    @ParameterizedTest
    @CsvSource({"'prompt:length=3,place=before_cls', 16", "p-tuning, 16", "'prefix:positions=shifted', 32"})
    void peftIsToldHowWideVirtualTokensAre(String method, int width) throws IOException {
        Path electra = GoldenFiles.of("base/electra_cls");
        Path exported = directory.resolve("exported");
        try (Backbone narrow = Families.open(
                        electra.resolve("config.json"),
                        electra.resolve("model.safetensors"),
                        Pooling.CLS,
                        DType.FLOAT32,
                        Device.CPU);
                Adapter adapter = Adapter.create(method(method), CLASSES, narrow, "theirs", Pooling.CLS, 20, 1)) {
            AdapterExport.write(adapter, narrow, Format.PEFT, "my", exported);
        }
        JsonNode config = new ObjectMapper()
                .readTree(exported.resolve("adapter_config.json").toFile());
        assertThat(config.path("token_dim").asInt()).isEqualTo(width);
    }

    @Test
    void aNameThatKeysCannotCarryIsRefused() {
        try (Adapter adapter = adapter("lora", CLASSES, Pooling.POOLER)) {
            assertThatThrownBy(() ->
                            AdapterExport.write(adapter, base, Format.ADAPTERHUB, "a.b", directory.resolve("exported")))
                    .hasMessageContaining("must not be blank or hold a point: 'a.b'");
        }
    }
}
