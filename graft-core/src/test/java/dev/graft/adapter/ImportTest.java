package dev.graft.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.graft.model.Activation;
import dev.graft.model.Backbone;
import dev.graft.model.Batch;
import dev.graft.model.Mode;
import dev.graft.model.Pooling;
import dev.graft.task.Classification;
import dev.graft.task.LabelException;
import dev.graft.task.MultiLabel;
import dev.graft.task.Regression;
import dev.graft.tensor.Device;
import dev.graft.tensor.Gradients;
import dev.graft.tensor.Scope;
import dev.graft.tensor.Tensor;
import dev.graft.weights.TensorInfo;
import dev.graft.weights.TensorSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.UnaryOperator;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Directories of PEFT's and AdapterHub's, as users have them. */
class ImportTest {
    private static final String DOUBLE_SEQ_BN = "adapterhub/bert_cls/double_seq_bn";

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

    private Adapter read() {
        return ForeignAdapter.open(directory, null, base).read("here", null, List.of());
    }

    @Test
    void tellsTheLibrariesApart() throws IOException {
        GoldenFiles.copy("peft/bert_cls/lora", directory);
        assertThat(ForeignAdapter.open(directory, null, base).library()).isEqualTo("PEFT 0.21.0");
        try (Adapter adapter = read()) {
            assertThat(adapter.base().name()).isEqualTo("here");
            assertThat(adapter.task()).isEqualTo(new Classification(List.of("LABEL_0", "LABEL_1", "LABEL_2")));
        }
    }

    @Test
    void labelsComeFromTheHeadsDescription() throws IOException {
        GoldenFiles.copy(DOUBLE_SEQ_BN, directory);
        GoldenFiles.edit(directory.resolve("head_config.json"), "\"LABEL_1\": 1", "\"middle\": 1");
        try (Adapter adapter = read()) {
            assertThat(adapter.task().labels()).containsExactly("LABEL_0", "middle", "LABEL_2");
        }
    }

    @Test
    void theUserNamesWhatTheFilesDoNot() throws IOException {
        GoldenFiles.copy("peft/bert_cls/lora", directory);
        ForeignAdapter foreign = ForeignAdapter.open(directory, null, base);
        List<String> labels = List.of("z", "a", "m");
        try (Adapter adapter = foreign.read("here", null, labels)) {
            assertThat(adapter.task()).isEqualTo(new Classification(labels));
        }
        try (Adapter adapter = foreign.read("here", "multi-label", labels)) {
            assertThat(adapter.task()).isEqualTo(new MultiLabel(labels));
        }
        assertThatThrownBy(() -> foreign.read("here", null, List.of("a", "b")))
                .isInstanceOf(AdapterException.class)
                .hasMessageContaining("the head gives 3 numbers, but classification has 2: [a, b]");
        assertThatThrownBy(() -> foreign.read("here", "regression", labels)).isInstanceOf(LabelException.class);
    }

    @Test
    void tensorNamesOf2020AreKnown() throws IOException {
        GoldenFiles.copy(DOUBLE_SEQ_BN, directory);
        Files.delete(directory.resolve("expected.safetensors"));
        GoldenFiles.rewrite(
                directory.resolve("adapter.safetensors"),
                tensors -> rename(
                        tensors,
                        name -> name.replace(
                                        "attention.output.adapters.", "attention.output.attention_text_task_adapters.")
                                .replace("output.adapters.", "output.layer_text_task_adapters.")));
        read().close();
    }

    @Test
    void namesOfABareModelAreKnown() throws IOException {
        GoldenFiles.copy(DOUBLE_SEQ_BN, directory);
        GoldenFiles.rewrite(
                directory.resolve("adapter.safetensors"),
                tensors -> rename(tensors, name -> name.substring("bert.".length())));
        read().close();
    }

    private static void rename(Map<String, Tensor> tensors, UnaryOperator<String> change) {
        Map<String, Tensor> renamed = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> renamed.put(change.apply(name), tensor));
        tensors.clear();
        tensors.putAll(renamed);
    }

    /** AdapterHub's own head of two layers, whose file also holds the head of a name that begins alike. */
    private void writeTwoLayers(String type, int outputs, String labels) throws IOException {
        GoldenFiles.copy(DOUBLE_SEQ_BN, directory);
        Files.writeString(directory.resolve("head_config.json"), """
                {"config": {"head_type": "%s", "layers": 2, "activation_function": "tanh", "num_labels": %d,
                            "bias": true, "use_pooler": false, "label2id": %s},
                 "model_class": "BertAdapterModel", "name": "cls"}
                """.formatted(type, outputs, labels));
        GoldenFiles.rewrite(directory.resolve("model_head.safetensors"), tensors -> {
            tensors.clear();
            tensors.put("heads.cls.1.weight", Tensor.of(new float[32 * 32], 32, 32));
            tensors.put("heads.cls.1.bias", Tensor.of(new float[32], 32));
            tensors.put("heads.cls.4.weight", Tensor.of(new float[outputs * 32], outputs, 32));
            tensors.put("heads.cls.4.bias", Tensor.of(new float[outputs], outputs));
            tensors.put("heads.cls1.1.bias", Tensor.of(new float[2], 2));
        });
    }

    @Test
    void aHeadOfTwoLayersIsReadAndSaved() throws IOException {
        writeTwoLayers("multilabel_classification", 2, "{\"no\": 1, \"yes\": 0}");
        Path saved = directory.resolve("saved");
        try (Adapter adapter = read()) {
            adapter.save(saved, base);
        }
        try (Adapter adapter = Adapter.load(saved, base)) {
            assertThat(adapter.task()).isEqualTo(new MultiLabel(List.of("yes", "no")));
            assertThat(adapter.head().activation()).isEqualTo(Activation.TANH);
            assertThat(adapter.head().parameters()).hasSize(4);
            assertThat(adapter.pooling()).isEqualTo(Pooling.CLS);
        }
    }

    @Test
    void aHeadOfOneOutputIsARegression() throws IOException {
        writeTwoLayers("classification", 1, "null");
        try (Adapter adapter = read()) {
            assertThat(adapter.task()).isEqualTo(new Regression());
        }
    }

    @Test
    void aHeadThatIsNotBuiltIsRefusedByItsType() throws IOException {
        writeTwoLayers("dependency_parsing", 2, "null");
        ForeignAdapter foreign = ForeignAdapter.open(directory, null, base);
        assertThat(foreign.refusal()).contains("a head of the type dependency_parsing is not built yet");
        assertThatThrownBy(foreign::read)
                .isInstanceOf(AdapterException.class)
                .hasMessageContaining("dependency_parsing");
    }

    @Test
    void labelsThatDisagreeWithTheHeadAreNamed() throws IOException {
        writeTwoLayers("classification", 2, "{\"only\": 0}");
        assertThatThrownBy(this::read)
                .isInstanceOf(AdapterException.class)
                .hasMessageContaining("the head gives 2 numbers, but has the labels [only]");
    }

    private ForeignAdapter maskedLm() throws IOException {
        Path head = Files.createDirectory(directory.resolve("mlm"));
        GoldenFiles.copy("adapterhub_heads/bert/a", directory);
        GoldenFiles.copy("adapterhub_heads/bert/mlm", head);
        return ForeignAdapter.open(directory, head, base);
    }

    /** The inverse stands between the head's norm and its decoder. */
    @Test
    void aMaskedLmHeadTakesAnInvertibleAdapterBack() throws IOException {
        Path head = maskedLm().headFile();
        Path config = directory.resolve("adapter_config.json");
        GoldenFiles.edit(config, "\"inv_adapter\": null", "\"inv_adapter\": \"nice\"");
        GoldenFiles.edit(config, "\"inv_adapter_reduction_factor\": null", "\"inv_adapter_reduction_factor\": 2");
        GoldenFiles.edit(config, "\"output_adapter\": true", "\"output_adapter\": false");
        try (Scope scope = Scope.open();
                TensorSource theirs = TensorSource.open(GoldenFiles.of("invertible_head.safetensors"))) {
            GoldenFiles.rewrite(directory.resolve("adapter.safetensors"), tensors -> {
                tensors.clear();
                theirs.tensors().stream()
                        .map(TensorInfo::name)
                        .filter(name -> name.matches("[FG]\\..*"))
                        .forEach(name -> tensors.put("bert.invertible_adapters.a." + name, theirs.read(name)));
            });
            GoldenFiles.rewrite(head, tensors -> {
                String layers = "cls.predictions.transform.";
                tensors.put("heads.mlm.0.weight", theirs.read(layers + "dense.weight"));
                tensors.put("heads.mlm.0.bias", theirs.read(layers + "dense.bias"));
                tensors.put("heads.mlm.2.weight", theirs.read(layers + "LayerNorm.weight"));
                tensors.put("heads.mlm.2.bias", theirs.read(layers + "LayerNorm.bias"));
                tensors.put("heads.mlm.3.bias", theirs.read("cls.predictions.bias"));
                tensors.put("heads.mlm.3.weight", base.tensor(Backbone.WORDS));
            });
            Tensor logits = theirs.read("logits"); // [2, 5, V]
            List<int[]> ids = List.of(new int[] {2, 40, 8, 61, 3}, new int[] {2, 17, 90, 33, 3});
            List<int[]> mask = List.of(new int[] {0, 0, -1, 0, 0}, new int[] {0, 0, -1, 0, 0});
            try (Adapter adapter = ForeignAdapter.open(directory, directory.resolve("mlm"), base)
                    .readMaskedLm("here", "{text} [MASK]", words())) {
                Batch batch = Batch.of(ids, List.of(new int[5], new int[5]), mask, 0, Device.CPU);
                double[] expected = logits.select(1, 2)
                        .indexSelect(1, Tensor.of(new long[] {41, 7}, 2))
                        .toDoubles();
                assertThat(adapter.outputs(base, batch, Mode.EVALUATION).toDoubles())
                        .containsExactly(expected, Offset.offset(1e-5));
            }
        }
    }

    private static SequencedMap<String, Integer> words() {
        SequencedMap<String, Integer> words = new LinkedHashMap<>();
        words.put("good", 41);
        words.put("bad", 7);
        return words;
    }

    private static double[] answers(Adapter adapter) {
        try (Scope scope = Scope.open();
                Gradients off = Gradients.off()) {
            Batch batch = Batch.of(
                    List.of(new int[] {2, 9, 4, 3}),
                    List.of(new int[4]),
                    List.of(new int[] {0, 0, -1, 0}),
                    0,
                    Device.CPU);
            return adapter.outputs(base, batch, Mode.EVALUATION).toDoubles();
        }
    }

    /** That the scores are the library's is up to the golden files. */
    @Test
    void aMaskedLmHeadAnswersByTheWordsOfItsLabels() throws IOException {
        Path saved = directory.resolve("saved");
        double[] before;
        try (Adapter adapter = maskedLm().readMaskedLm("here", "{text} is [MASK] .", words())) {
            before = answers(adapter);
            assertThat(adapter.task()).isEqualTo(new Classification(List.of("good", "bad")));
            adapter.save(saved, base);
            assertThatThrownBy(() -> AdapterExport.write(
                            adapter, base, AdapterExport.Format.ADAPTERHUB, "my", directory.resolve("exported")))
                    .hasMessageContaining("cannot be exported");
        }
        try (Adapter adapter = Adapter.load(saved, base)) {
            assertThat(answers(adapter)).containsExactly(before);
            assertThat(adapter.method().template()).isEqualTo("{text} is [MASK] .");
            assertThat(adapter.head().parameters()).hasSize(6);
        }
    }

    @Test
    void aMaskedLmHeadNeedsATemplateAndWordsThatItHas() throws IOException {
        ForeignAdapter foreign = maskedLm();
        assertThatThrownBy(foreign::read)
                .isInstanceOf(AdapterException.class)
                .hasMessageContaining("name a template with [MASK] and a word for each label");
        assertThatThrownBy(() -> foreign.readMaskedLm("here", "{text} [P]", words()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("one [MASK] and no [P]: '{text} [P]'");
        SequencedMap<String, Integer> beyond = words();
        beyond.put("odd", 100);
        assertThatThrownBy(() -> foreign.readMaskedLm("here", "{text} [MASK]", beyond))
                .isInstanceOf(AdapterException.class)
                .hasMessageContaining("100 words, and none with the number 100");
    }

    @Test
    void wordsMeanNothingForAnotherHead() throws IOException {
        GoldenFiles.copy("peft/bert_cls/lora", directory);
        ForeignAdapter foreign = ForeignAdapter.open(directory, null, base);
        assertThatThrownBy(() -> foreign.readMaskedLm("here", "{text} [MASK]", words()))
                .isInstanceOf(AdapterException.class)
                .hasMessageContaining("no masked-LM head");
    }

    @Test
    void withoutAHeadItSaysWhatIsMissing() throws IOException {
        GoldenFiles.copy(DOUBLE_SEQ_BN, directory);
        Files.delete(directory.resolve("head_config.json"));
        assertThatThrownBy(this::read)
                .isInstanceOf(AdapterException.class)
                .hasMessageContaining("holds no head (head_config.json is missing)");
        Path head = GoldenFiles.of("base/bert_cls");
        try (Adapter adapter = ForeignAdapter.open(directory, head, base).read()) {
            assertThat(adapter.task().labels()).hasSize(3);
        }
    }

    @Test
    void anAdapterOfGraftsAndAnEmptyDirectoryAreNone() throws IOException {
        assertThatThrownBy(this::read).hasMessageContaining("no adapter of PEFT or AdapterHub here");
        Files.createDirectory(directory.resolve("inner"));
        GoldenFiles.copy("peft/bert_cls/lora", directory.resolve("inner"));
        assertThatThrownBy(this::read).hasMessageContaining("choose one of [" + directory.resolve("inner"));
        Path saved = directory.resolve("saved");
        try (Adapter adapter =
                ForeignAdapter.open(directory.resolve("inner"), null, base).read()) {
            adapter.save(saved, base);
        }
        assertThatThrownBy(() -> ForeignAdapter.open(saved, null, base))
                .hasMessageContaining("is an adapter of Graft's already");
    }

    @Test
    void missingTensorsAreNamed() throws IOException {
        GoldenFiles.copy("peft/bert_cls/lora", directory);
        Files.delete(directory.resolve("adapter_model.safetensors"));
        assertThatThrownBy(this::read)
                .isInstanceOf(AdapterException.class)
                .hasMessageContaining("one of adapter_model.safetensors, adapter_model.bin must be here");
    }
}
