package dev.graft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.graft.adapter.Adapter;
import dev.graft.adapter.AdapterException;
import dev.graft.data.Row;
import dev.graft.hub.BaseFiles;
import dev.graft.hub.Hub;
import dev.graft.method.Methods;
import dev.graft.task.Classification;
import dev.graft.task.Head;
import dev.graft.tensor.Device;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Precision;
import dev.graft.tensor.RandomSource;
import dev.graft.tensor.Scope;
import dev.graft.tensor.Tensor;
import dev.graft.testing.TinyBase;
import dev.graft.weights.SafetensorsWriter;
import dev.graft.weights.TensorInfo;
import dev.graft.weights.TensorSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What other programs find in the directory of a merged base; what Graft does with it is MergeCommandTest's. */
class MergedBaseTest {
    private static final List<Row> ROWS =
            List.of(new Row(1, "a great film", null, null), new Row(2, "the plot is bad .", null, null));

    @TempDir
    private Path folder;

    /** The tiny base with a pooler, which is what transformers' classifier reads. */
    private BaseFiles withPooler() throws IOException {
        Path directory = folder.resolve("base");
        TinyBase.write(directory, 1);
        Path weights = directory.resolve("model.safetensors");
        try (Scope scope = Scope.open()) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            try (TensorSource source = TensorSource.open(weights)) {
                for (TensorInfo info : source.tensors()) {
                    tensors.put(info.name(), source.read(info.name()));
                }
            }
            tensors.put("pooler.dense.weight", new RandomSource(2).normal(0.2, 16, 16));
            tensors.put("pooler.dense.bias", new RandomSource(3).normal(0.2, 16));
            SafetensorsWriter.write(weights, tensors, Map.of());
        }
        Path config = directory.resolve("config.json");
        Files.writeString(config, Files.readString(config).replace("\"mean\"", "\"pooler\""));
        return Hub.standard().resolve(directory.toString());
    }

    @Test
    void refusesAnAdapterThatReadsTextsInATemplate() throws IOException {
        BaseFiles files = TinyBase.write(folder.resolve("base"), 1);
        Path saved = folder.resolve("adapter");
        try (Base base = Base.open(files, Precision.FP32, Device.CPU);
                Adapter adapter = Adapter.create(
                        Methods.union(List.of(Methods.parse("lora"), Methods.parse("p-tuning:template=film : {text}"))),
                        new Classification(List.of("blame", "praise")),
                        base.backbone(),
                        base.name(),
                        base.pooling(),
                        32,
                        1)) {
            adapter.save(saved, base.backbone());
        }
        assertThatThrownBy(() -> MergedBase.write(files, saved, folder.resolve("merged")))
                .isInstanceOf(AdapterException.class)
                .hasMessageContaining("the template 'film : {text}', in which this adapter reads every text");
    }

    @Test
    void withAHeadOnThePoolerItIsTransformersClassifier() throws IOException {
        BaseFiles files = withPooler();
        Path saved = folder.resolve("adapter");
        double[][] expected;
        try (Base base = Base.open(files, Precision.FP32, Device.CPU);
                Adapter adapter = Adapter.create(
                        Methods.parse("dora:targets=query+ffn.down+pooler"),
                        new Classification(List.of("blame", "praise")),
                        base.backbone(),
                        base.name(),
                        base.pooling(),
                        32,
                        1)) {
            perturb(adapter);
            adapter.save(saved, base.backbone());
            expected = base.outputs(adapter, ROWS);
        }
        Path out = folder.resolve("merged");
        MergedBase.write(files, saved, out);

        try (TensorSource source = TensorSource.open(out.resolve("model.safetensors"));
                Scope scope = Scope.open();
                Base merged = Base.open(Hub.standard().resolve(out.toString()), Precision.FP32, Device.CPU);
                Adapter head = merged.load(out.resolve(MergedBase.HEAD))) {
            assertThat(source.tensors())
                    .extracting(TensorInfo::name)
                    .contains(
                            "bert.encoder.layer.1.output.dense.weight", "bert.pooler.dense.weight", "classifier.weight")
                    .allMatch(name -> name.startsWith("bert.") || name.startsWith("classifier."));
            head.parameters().get(0).assign(source.read("classifier.weight"));
            head.parameters().get(1).assign(source.read("classifier.bias"));
            assertThat(head.parameters()).extracting(Parameter::name).containsExactly(Head.WEIGHT, Head.BIAS);
            double[][] outputs = merged.outputs(head, ROWS);
            for (int row = 0; row < expected.length; row++) {
                assertThat(outputs[row]).containsExactly(expected[row], within(1e-5));
            }
        }
        JsonNode config = new ObjectMapper().readTree(out.resolve("config.json").toFile());
        assertThat(config.path("id2label").path("1").asText()).isEqualTo("praise");
        assertThat(config.path("label2id").path("blame").asInt()).isZero();
        assertThat(config.path("problem_type").asText()).isEqualTo("single_label_classification");
    }

    private static void perturb(Adapter adapter) {
        try (Scope scope = Scope.open()) {
            for (Parameter parameter : adapter.parameters()) {
                Tensor value = parameter.value();
                parameter.assign(value.detach()
                        .plus(new RandomSource(5).at(parameter.name()).normal(0.1, value.shape())));
            }
        }
    }
}
