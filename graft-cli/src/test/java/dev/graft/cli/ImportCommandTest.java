package dev.graft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Adapters that the libraries wrote, on their tiny BERT, which gets a vocabulary of its size. */
class ImportCommandTest extends CommandTest {
    private static final Path GOLDEN = Path.of("../graft-core/src/test/resources/golden");
    private static final int VOCABULARY = 100;

    private Path theirs;
    private Path out;

    @BeforeEach
    void copyTheirBase() throws IOException {
        theirs = copy("base/bert_cls", "theirs");
        StringBuilder words = new StringBuilder("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nfilm\n");
        for (int i = 6; i < VOCABULARY; i++) {
            words.append("word").append(i).append('\n');
        }
        Files.writeString(theirs.resolve("vocab.txt"), words);
        out = folder.resolve("imported");
    }

    private Path copy(String golden, String name) throws IOException {
        Path target = Files.createDirectory(folder.resolve(name));
        try (Stream<Path> files = Files.list(GOLDEN.resolve(golden))) {
            for (Path file : files.toList()) {
                Files.copy(file, target.resolve(file.getFileName()));
            }
        }
        return target;
    }

    @Test
    void importsAnAdapterOfPeftsThatAnswers() throws IOException {
        Path lora = copy("peft/bert_cls/lora", "lora");
        Result result = run("import", lora, "--base", theirs, "--out", out, "--labels", "low,mid,high");
        assertThat(result.err()).isEmpty();
        assertThat(result.exitCode()).isZero();
        assertThat(result.out())
                .containsPattern("library +PEFT 0.21.0")
                .containsPattern("method +method lora, rank 4, alpha 16")
                .containsPattern("tensors +8 of adapter_model.safetensors")
                .containsPattern("head +2 of adapter_model.safetensors, on pooler")
                .containsPattern("labels +low, mid, high");
        JsonNode answer = run("predict", "--adapter", out, "--dtype", "fp32", "--json", "film word7")
                .json();
        assertThat(answer.toString()).contains("\"low\"").contains("\"mid\"");
    }

    @Test
    void reportsAsJson() throws IOException {
        Path bottleneck = copy("adapterhub/bert_cls/double_seq_bn", "bottleneck");
        JsonNode json = run("import", bottleneck, "--base", theirs, "--out", out, "--json")
                .json();
        assertThat(json.path("library").asText()).isEqualTo("AdapterHub adapters.1.2.0");
        assertThat(json.path("method").path("method").asText()).isEqualTo("houlsby");
        assertThat(json.path("tensors").asInt()).isEqualTo(16);
        assertThat(json.path("labels")).hasSize(3);
        assertThat(run("inspect", out).out())
                .contains("imported from AdapterHub")
                .contains("houlsby");
    }

    @Test
    void saysWhyOneCannotBeImported() throws IOException {
        Path lora = copy("peft/bert_cls/lora", "lora");
        Path config = lora.resolve("adapter_config.json");
        Files.writeString(config, Files.readString(config).replace("\"LORA\"", "\"LOHA\""));
        Result result = run("import", lora, "--base", theirs, "--out", out);
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err()).contains("lora cannot be imported: LOHA is not built yet");
        assertThat(out).doesNotExist();
    }

    @Test
    void exportsWhatItImported() throws IOException {
        Path lora = copy("peft/bert_cls/lora", "lora");
        assertThat(run("import", lora, "--base", theirs, "--out", out).exitCode())
                .isZero();
        Path peft = folder.resolve("peft");
        assertThat(run("export", "--adapter", out, "--format", "peft", "--out", peft)
                        .out())
                .contains("is written to " + peft);
        assertThat(peft.resolve("adapter_model.safetensors"))
                .hasSameBinaryContentAs(lora.resolve("adapter_model.safetensors"));
        Path hub = folder.resolve("hub");
        JsonNode json = run("export", "--adapter", out, "--format", "adapterhub", "--out", hub, "--json")
                .json();
        assertThat(json.path("head").asBoolean()).isTrue();
        assertThat(run("inspect", hub).out())
                .contains("Kind    AdapterHub adapter")
                .contains("bert.encoder.layer.0.attention.self.query.loras.graft.lora_A");
    }

    @Test
    void saysWhyOneCannotBeExported() {
        Path houlsby = trained();
        Result result = run("export", "--adapter", houlsby, "--format", "adapterhub", "--out", folder.resolve("hub"));
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err())
                .contains("houlsby cannot be exported to adapterhub")
                .contains("train with layernorm=frozen");
        assertThat(folder.resolve("hub")).doesNotExist();
        assertThat(run("export", "--adapter", houlsby, "--format", "onnx", "--out", "x")
                        .exitCode())
                .isEqualTo(2);
    }

    @Test
    void importsAMaskedLmHeadThatAnswersInWords() throws IOException {
        Path adapter = copy("adapterhub_heads/bert/a", "a");
        Path head = copy("adapterhub_heads/bert/mlm", "mlm");
        Result result = run(
                "import",
                adapter,
                "--head",
                head,
                "--base",
                theirs,
                "--out",
                out,
                "--template",
                "{text} [MASK]",
                "--word",
                "yes=film",
                "--word",
                "no=word9");
        assertThat(result.err()).isEmpty();
        assertThat(result.out())
                .containsPattern("head +6 of model_head.safetensors, on answer through a dense layer and gelu")
                .containsPattern("labels +yes, no");
        JsonNode answer = run("predict", "--adapter", out, "--dtype", "fp32", "--json", "film word7")
                .json();
        assertThat(answer.toString()).contains("\"yes\"").contains("\"no\"");
        assertThat(run("import", adapter, "--head", head, "--base", theirs, "--out", out)
                        .err())
                .contains("a masked-LM head answers in words");
        assertThat(run("import", adapter, "--head", head, "--base", theirs, "--out", out, "--word", "yes=film")
                        .err())
                .contains("needs --template and --word");
    }

    @Test
    void wantsAHeadAndABase() throws IOException {
        Path prefix = copy("adapterhub/bert_cls/double_seq_bn", "headless");
        Files.delete(prefix.resolve("head_config.json"));
        assertThat(run("import", prefix, "--base", theirs, "--out", out).err()).contains("holds no head");
        assertThat(run("import", prefix, "--base", theirs, "--out", out, "--head", theirs)
                        .exitCode())
                .isZero();
        assertThat(run("import", prefix, "--out", out).err()).contains("tiny/bert_cls");
        assertThat(run("import", folder, "--out", out).err()).contains("no adapter of PEFT or AdapterHub here");
    }
}
