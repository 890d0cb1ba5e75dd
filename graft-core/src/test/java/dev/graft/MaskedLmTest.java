package dev.graft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.graft.adapter.Adapter;
import dev.graft.adapter.AdapterException;
import dev.graft.data.Row;
import dev.graft.hub.BaseFiles;
import dev.graft.method.Methods;
import dev.graft.method.Words;
import dev.graft.model.Backbone;
import dev.graft.model.Batch;
import dev.graft.model.Deltas;
import dev.graft.model.Families;
import dev.graft.model.Hidden;
import dev.graft.model.Marks;
import dev.graft.model.Mode;
import dev.graft.model.Pooling;
import dev.graft.task.Classification;
import dev.graft.task.Head;
import dev.graft.task.Prediction;
import dev.graft.tensor.DType;
import dev.graft.tensor.Device;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Precision;
import dev.graft.tensor.Scope;
import dev.graft.tensor.Tensor;
import dev.graft.testing.Shared;
import dev.graft.testing.TinyBase;
import dev.graft.train.TrainingListener;
import dev.graft.train.TrainingSettings;
import dev.graft.weights.SafetensorsWriter;
import dev.graft.weights.TensorInfo;
import dev.graft.weights.TensorSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The base's masked-LM head with a word for each label. */
class MaskedLmTest {
    private static final String METHOD = "p-tuning:template=[P] [P] {text} [P] it is [MASK] .";
    private static final List<Row> ROWS = Stream.of("good", "bad", "great", "awful", "fine", "poor")
            .map(word -> new Row(1, "the film was " + word, null, "good great fine".contains(word) ? "yes" : "no"))
            .toList();

    @TempDir
    Path folder;

    /** AdapterHub's head of that kind: its dense layer, norm, decoder and bias. */
    @Test
    void itsScoresAreAdapterHubs() throws IOException {
        Path heads = Shared.require("golden/adapterhub_heads/bert");
        Path model = Shared.require("golden/base/bert_cls");
        Path weights = folder.resolve("model.safetensors");
        try (Scope scope = Scope.open();
                TensorSource head = TensorSource.open(heads.resolve("mlm/model_head.safetensors"));
                TensorSource expected = TensorSource.open(heads.resolve("expected.safetensors"))) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            try (TensorSource base = TensorSource.open(model.resolve("model.safetensors"))) {
                for (TensorInfo info : base.tensors()) {
                    tensors.put(info.name(), base.read(info.name()));
                }
            }
            tensors.put("bert.embeddings.word_embeddings.weight", head.read("heads.mlm.3.weight"));
            tensors.put("cls.predictions.transform.dense.weight", head.read("heads.mlm.0.weight"));
            tensors.put("cls.predictions.transform.dense.bias", head.read("heads.mlm.0.bias"));
            tensors.put("cls.predictions.transform.LayerNorm.weight", head.read("heads.mlm.2.weight"));
            tensors.put("cls.predictions.transform.LayerNorm.bias", head.read("heads.mlm.2.bias"));
            tensors.put("cls.predictions.bias", head.read("heads.mlm.3.bias"));
            SafetensorsWriter.write(weights, tensors, Map.of());
            Tensor states = expected.read("output.logits"); // [3, 7, d]
            Tensor logits = expected.read("output.mlm.logits"); // [3, 7, V]
            Tensor none = Tensor.zeros(DType.INT64, Device.CPU, 3, 7);
            try (Backbone backbone = Families.open(
                            model.resolve("config.json"), weights, Pooling.MASK, DType.FLOAT32, Device.CPU);
                    Head words = Head.verbalizer(
                            backbone, IntStream.range(0, 100).boxed().toList())) {
                for (int t = 0; t < 7; t++) {
                    Hidden hidden = new Hidden(states, none, answeredAt(t, 3, 7));
                    Tensor pooled = backbone.pool(hidden, Pooling.MASK, Deltas.NONE, Mode.EVALUATION);
                    assertThat(words.apply(pooled, Mode.EVALUATION).toDoubles())
                            .containsExactly(logits.select(1, t).toDoubles(), within(1e-5));
                }
            }
        }
    }

    /** Each position as if the mask were there. */
    private static Marks answeredAt(int column, int rows, int columns) {
        long[] at = new long[rows * columns];
        for (int row = 0; row < rows; row++) {
            at[row * columns + column] = 1;
        }
        return new Marks(Tensor.zeros(DType.INT64, Device.CPU, rows, columns), Tensor.of(at, rows, columns));
    }

    @ParameterizedTest
    @ValueSource(strings = {"albert", "bert", "distilbert", "electra", "roberta"})
    void itsScoresAreThoseOfTransformers(String family) {
        Path directory = Path.of("src/test/resources/golden/masked_lm").resolve(family);
        try (Scope scope = Scope.open();
                TensorSource expected = TensorSource.open(directory.resolve("expected.safetensors"));
                Backbone backbone = Families.open(
                        directory.resolve("config.json"),
                        directory.resolve("model.safetensors"),
                        Pooling.MASK,
                        DType.FLOAT32,
                        Device.CPU);
                Head words = Head.verbalizer(
                        backbone,
                        IntStream.range(0, backbone.architecture().vocabulary())
                                .boxed()
                                .toList())) {
            Tensor logits = expected.read("output.logits"); // [B, T, V]
            Tensor ids = expected.read("input.input_ids"); // [B, T]
            Tensor types = expected.contains("input.token_type_ids")
                    ? expected.read("input.token_type_ids")
                    : Tensor.zeros(DType.INT64, Device.CPU, ids.size(0), ids.size(1));
            for (int t = 0; t < ids.size(1); t++) {
                Marks marks = answeredAt(t, (int) ids.size(0), (int) ids.size(1));
                Batch batch = new Batch(ids, types, expected.read("input.attention_mask"), marks);
                Hidden hidden = backbone.forward(batch, Pooling.MASK, Deltas.NONE, Mode.EVALUATION);
                Tensor pooled = backbone.pool(hidden, Pooling.MASK, Deltas.NONE, Mode.EVALUATION); // [B, E]
                assertThat(words.apply(pooled, Mode.EVALUATION).toDoubles())
                        .containsExactly(logits.select(1, t).toDoubles(), within(1e-5));
            }
        }
    }

    /** Behind an invertible adapter AdapterHub takes the coupling back before the decoder, which is the table of words. */
    @Test
    void itsScoresBehindAnInvertibleAdapterAreAdapterHubs() {
        Path golden = Path.of("src/test/resources/golden");
        Path model = golden.resolve("base/bert_cls");
        Path weights = folder.resolve("model.safetensors");
        List<int[]> ids = List.of(new int[] {2, 40, 8, 61, 3}, new int[] {2, 17, 90, 33, 3});
        try (Scope scope = Scope.open();
                TensorSource theirs = TensorSource.open(golden.resolve("invertible_head.safetensors"))) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            try (TensorSource base = TensorSource.open(model.resolve("model.safetensors"))) {
                base.tensors().forEach(info -> tensors.put(info.name(), base.read(info.name())));
            }
            theirs.tensors().stream()
                    .filter(info -> info.name().startsWith("cls."))
                    .forEach(info -> tensors.put(info.name(), theirs.read(info.name())));
            SafetensorsWriter.write(weights, tensors, Map.of());
            Tensor logits = theirs.read("logits"); // [2, 5, V]
            try (Backbone backbone = Families.open(
                            model.resolve("config.json"), weights, Pooling.MASK, DType.FLOAT32, Device.CPU);
                    Adapter adapter = Adapter.create(
                            Methods.parse("invertible"),
                            new Classification(List.of("x", "y", "z")),
                            backbone,
                            "theirs",
                            Pooling.MASK,
                            8,
                            1,
                            new Words(text -> List.of(text.length()), List.of("a", "bb", "ccc"), Map.of()))) {
                adapter.parameters().forEach(parameter -> parameter.assign(theirs.read(nameAtTheirs(parameter))));
                for (int t = 0; t < 5; t++) {
                    int[] marks = new int[5];
                    marks[t] = -1;
                    Batch batch = Batch.of(ids, List.of(new int[5], new int[5]), List.of(marks, marks), 0, Device.CPU);
                    assertThat(adapter.outputs(backbone, batch, Mode.EVALUATION).toDoubles())
                            .containsExactly(logits.select(1, t).narrow(1, 1, 3).toDoubles(), within(1e-5));
                }
            }
        }
    }

    /** {@code embedding.output.invertible.f.down.weight} is their {@code F.0.weight}. */
    private static String nameAtTheirs(Parameter parameter) {
        return parameter
                .name()
                .replace("embedding.output.invertible.", "")
                .replace("f.", "F.")
                .replace("g.", "G.")
                .replace("down", "0")
                .replace("up", "2");
    }

    @Test
    void aTemplateTrainsAndLoadsWithTheWordsOfItsLabels() throws IOException {
        BaseFiles files = TinyBase.write(folder.resolve("base"), 3);
        TrainingPlan plan = plan(METHOD).withWords(Map.of("yes", "good", "no", "bad"));
        Path out = folder.resolve("adapter");
        List<Prediction> before;
        try (Base base = Base.open(files.pooledBy(Pooling.MASK), Precision.FP32, Device.CPU);
                Training training = base.prepare(plan);
                Training.Outcome outcome = training.run(TrainingListener.SILENT, out)) {
            outcome.save();
            before = base.predict(outcome.adapter(), ROWS);
            assertThat(outcome.adapter().parameters())
                    .isNotEmpty()
                    .extracting(Parameter::name)
                    .noneMatch(name -> name.startsWith("head."));
            assertThat(outcome.adapter().head().words())
                    .containsExactly(
                            base.tokenizer().idOf("bad"), base.tokenizer().idOf("good"));
        }
        try (Base base = Base.openFor(out);
                Adapter loaded = base.load(out)) {
            assertThat(base.predict(loaded, ROWS)).isEqualTo(before);
        }
        try (Base base = Base.open(files, Precision.FP32, Device.CPU)) {
            assertThatThrownBy(() -> base.load(out))
                    .isInstanceOf(AdapterException.class)
                    .hasMessageContaining("opened without it");
        }
    }

    @Test
    void whatDoesNotFitTogetherIsRefused() throws IOException {
        BaseFiles files = TinyBase.write(folder.resolve("base"), 3);
        try (Base masked = Base.open(files.pooledBy(Pooling.MASK), Precision.FP32, Device.CPU);
                Base plain = Base.open(files, Precision.FP32, Device.CPU)) {
            refused(plain, plan(METHOD), "needs a base that is opened with mask pooling");
            refused(masked, plan("lora"), "needs a template with [MASK]");
            refused(plain, plan("lora").withWords(Map.of("yes", "good")), "mean nothing without [MASK]");
            refused(masked, plan(METHOD).withWords(Map.of("yes", "good", "no", "good")), "must not be another's");
            refused(masked, plan(METHOD).withWords(Map.of("yes", "very good")), "'very good' for 'yes' is 2");
            refused(masked, plan(METHOD).withWords(Map.of("maybe", "good")), "'maybe', which is no label");
        }
    }

    private static void refused(Base base, TrainingPlan plan, String reason) {
        assertThatThrownBy(() -> base.prepare(plan).close())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(reason);
    }

    private static TrainingPlan plan(String method) {
        return TrainingPlan.of(ROWS, ROWS, new Classification(List.of("no", "yes")))
                .withMethod(Methods.parse(method))
                .withMaxLength(30)
                .withSettings(TrainingSettings.DEFAULT.withEpochs(2));
    }
}
