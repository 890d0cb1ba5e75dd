package dev.graft.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.graft.MergedBase;
import dev.graft.adapter.Adapter;
import dev.graft.adapter.AdapterExport;
import dev.graft.adapter.AdapterExport.Format;
import dev.graft.adapter.ForeignAdapter;
import dev.graft.hub.BaseFiles;
import dev.graft.method.Method;
import dev.graft.method.Methods;
import dev.graft.model.Backbone;
import dev.graft.model.Batch;
import dev.graft.model.Families;
import dev.graft.model.Mode;
import dev.graft.model.Pooling;
import dev.graft.task.Classification;
import dev.graft.tensor.DType;
import dev.graft.tensor.Device;
import dev.graft.tensor.Gradients;
import dev.graft.tensor.RandomSource;
import dev.graft.tensor.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The libraries themselves load what Graft exports, and compute the same. It needs their environment, which
 * {@code ./graft-bench train --peers} makes, and is skipped without.
 */
class PeersLoadExportsTest {
    private static final Path PYTHON = Path.of("peers/.venv/bin/python");
    private static final Path GOLDEN = Path.of("../graft-core/src/test/resources/golden");
    private static final Offset<Double> EQUAL = Offset.offset(1e-5);

    private static final Map<Format, List<String>> METHODS = Map.of(
            Format.PEFT,
            List.of(
                    "lora:rank=4,alpha=3",
                    "lora:targets=query+ffn.down,layers=1",
                    "ia3",
                    "layernorm",
                    "prefix:length=5,positions=shifted",
                    "prompt:length=3,place=before_cls",
                    "p-tuning:length=3,encoder=none",
                    "prefix:length=5,positions=shifted,mlp=6",
                    "dora"),
            Format.ADAPTERHUB,
            List.of(
                    "lora:rank=4,alpha=3",
                    "lora:targets=query+key+value+ffn.up+ffn.down",
                    "ia3:outputs=key+value+ffn.up,inputs=",
                    "houlsby:layernorm=frozen,bottleneck=5",
                    "prefix:length=5",
                    "prompt:length=3,stage=output",
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
                    "custom:id=adapter,layers=0,reads=finished,gate=legacy"));

    private final Map<Path, String> exported = new HashMap<>();

    @TempDir
    private Path directory;

    @Test
    void theyComputeTheSame() throws IOException {
        requireLibraries();
        Map<Path, double[]> expected = new LinkedHashMap<>();
        try (Backbone base = open("bert_cls", Pooling.POOLER)) {
            METHODS.forEach((format, methods) -> methods.forEach(method -> {
                try (Adapter adapter = adapter(base, method, Pooling.POOLER)) {
                    export(adapter, base, format, method, expected);
                }
            }));
        }
        compare("bert_cls", expected);
    }

    /** What the libraries wrote on other families goes back to them, with its head of two layers. */
    @ParameterizedTest
    @CsvSource({
        "roberta_padded, peft/lora=PEFT adapterhub/seq_bn=ADAPTERHUB adapterhub/double_seq_bn_layers=ADAPTERHUB adapterhub/par_bn_leave_out=ADAPTERHUB",
        "electra_cls, peft/ia3=PEFT adapterhub/seq_bn_inv=ADAPTERHUB adapterhub/lora_leave_out=ADAPTERHUB adapterhub/lora_leave_out=PEFT adapterhub/ia3_leave_out=ADAPTERHUB adapterhub/ia3_leave_out=PEFT",
        "distilbert_cls, peft/lora=PEFT peft/lora=ADAPTERHUB adapterhub/seq_bn=ADAPTERHUB adapterhub/lora=ADAPTERHUB adapterhub/lora=PEFT"
    })
    void theyComputeTheSameOnOtherFamilies(String family, String cases) throws IOException {
        requireLibraries();
        Map<Path, double[]> expected = new LinkedHashMap<>();
        try (Backbone base = open(family, Pooling.CLS)) {
            for (String exchange : cases.split(" ")) {
                String[] parts = exchange.split("[/=]");
                Path theirs = GOLDEN.resolve(parts[0]).resolve(family).resolve(parts[1]);
                try (Adapter adapter = ForeignAdapter.open(theirs, null, base).read()) {
                    export(adapter, base, Format.valueOf(parts[2]), exchange, expected);
                }
            }
            try (Adapter adapter = adapter(base, "prefix:length=3", Pooling.CLS)) {
                export(adapter, base, Format.ADAPTERHUB, "prefix", expected);
            }
        }
        compare(family, expected);
    }

    /** A base that took up an adapter is transformers' classifier, with the head of its family. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            bert_cls       | POOLER | dora:targets=query+ffn.down+pooler & lora:targets=value+key,bias=all & ia3
            bert_cls       | POOLER | top-k:k=1
            albert_cls     | POOLER | layernorm & bitfit:biases=query+ffn.up
            roberta_padded | CLS    | peft/lora
            electra_cls    | CLS    | peft/ia3
            distilbert_cls | CLS    | peft/lora
            """)
    void transformersLoadsAMergedBase(String family, Pooling pooling, String method) throws IOException {
        requireLibraries();
        Path model = GOLDEN.resolve("base").resolve(family);
        Path vocabulary = directory.resolve("vocab.txt"); // which no text is read with here
        Files.writeString(vocabulary, "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n");
        BaseFiles files = new BaseFiles(
                "tiny", model.resolve("config.json"), model.resolve("model.safetensors"), vocabulary, pooling);
        Path saved = directory.resolve("adapter");
        Path merged = directory.resolve("merged");
        Map<Path, double[]> expected = new LinkedHashMap<>();
        try (Backbone base = open(family, pooling);
                Scope scope = Scope.open();
                Adapter adapter = method.startsWith("peft/")
                        ? ForeignAdapter.open(
                                        GOLDEN.resolve("peft").resolve(family).resolve(method.substring(5)), null, base)
                                .read()
                        : adapter(base, method, pooling)) {
            adapter.save(saved, base);
            expected.put(merged, adapter.outputs(base, batch(), Mode.EVALUATION).toDoubles());
        }
        MergedBase.write(files, saved, merged);
        exported.put(merged, family + " with " + method);
        compare(family, expected);
    }

    private static void requireLibraries() {
        Assumptions.assumeTrue(Files.exists(PYTHON), "skipped: no Python libraries in bench/peers/.venv");
    }

    private static Backbone open(String family, Pooling pooling) {
        Path base = GOLDEN.resolve("base").resolve(family);
        return Families.open(
                base.resolve("config.json"), base.resolve("model.safetensors"), pooling, DType.FLOAT32, Device.CPU);
    }

    private void compare(String family, Map<Path, double[]> expected) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                PYTHON.toString(),
                "peers/load_exports.py",
                GOLDEN.resolve("base").resolve(family).toString()));
        expected.keySet().forEach(folder -> command.add(folder.toString()));
        Process process = new ProcessBuilder(command)
                .redirectError(directory.resolve("errors").toFile())
                .start();
        int compared = 0;
        for (String line : process.inputReader().lines().toList()) {
            JsonNode answer = new ObjectMapper().readTree(line);
            List<Double> logits = new ArrayList<>();
            answer.path("logits").forEach(row -> row.forEach(logit -> logits.add(logit.asDouble())));
            Path folder = Path.of(answer.path("adapter").asText());
            assertThat(logits.stream().mapToDouble(Double::doubleValue).toArray())
                    .as(exported.get(folder))
                    .containsExactly(expected.get(folder), EQUAL);
            compared++;
        }
        assertThat(compared).as(() -> read(directory.resolve("errors"))).isEqualTo(expected.size());
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** An adapter away from its start, where a B of zeros would hide a wrong A. */
    private static Adapter adapter(Backbone base, String method, Pooling pooling) {
        Method methods = Methods.union(
                Arrays.stream(method.split(" & ")).map(Methods::parse).toList());
        Classification task = new Classification(List.of("low", "mid", "high"));
        Adapter adapter = Adapter.create(methods, task, base, "tiny", pooling, 20, 1);
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

    private void export(Adapter adapter, Backbone base, Format format, String method, Map<Path, double[]> expected) {
        try (Scope scope = Scope.open();
                Gradients off = Gradients.off()) {
            Path folder = directory.resolve(format + "-" + expected.size());
            exported.put(folder, format + " " + method);
            assertThat(AdapterExport.write(adapter, base, format, "my", folder))
                    .as(exported.get(folder))
                    .isTrue();
            expected.put(folder, adapter.outputs(base, batch(), Mode.EVALUATION).toDoubles());
        }
    }

    private static Batch batch() {
        List<int[]> ids = List.of(new int[] {2, 40, 8, 3}, new int[] {2, 17, 90, 33, 12, 3});
        return Batch.of(ids, ids.stream().map(text -> new int[text.length]).toList(), 0, Device.CPU);
    }
}
