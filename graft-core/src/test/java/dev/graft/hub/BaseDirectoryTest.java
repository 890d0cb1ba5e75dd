package dev.graft.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.graft.model.Pooling;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BaseDirectoryTest {
    @TempDir
    Path folder;

    private BaseFiles read() {
        return new BaseDirectory(folder).read("mine");
    }

    private void write(String file, String content) throws Exception {
        Path path = folder.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, content);
    }

    @ParameterizedTest
    @CsvSource({
        "model.safetensors, model.safetensors",
        "model.safetensors.index.json, model.safetensors.index.json",
        "all-mini.onnx, all-mini.onnx",
        "onnx/model.onnx, onnx/model.onnx",
        "bert.ckpt.data-00000-of-00001, bert.ckpt.index",
        "variables/variables.data-00000-of-00002, variables/variables.index"
    })
    void findsWeightsOfAnyKind(String file, String weights) throws Exception {
        write("config.json", "{}");
        write("vocab.txt", "");
        write(file, "");
        if (weights.endsWith(".index")) {
            write(weights, "");
        }
        assertThat(read().weights()).isEqualTo(folder.resolve(weights));
        assertThat(read().tokenizer()).hasFileName("vocab.txt");
    }

    @Test
    void namesWhatIsMissing() throws Exception {
        write("pytorch_model.bin", "");
        assertThatThrownBy(this::read)
                .isInstanceOf(HubException.class)
                .hasMessageContaining("missing: config.json; weights (model.safetensors")
                .hasMessageContaining("a tokenizer (tokenizer.json or vocab.txt)")
                .hasMessageContaining("save the model again with safe serialization");
    }

    @Test
    void refusesToGuessBetweenTwoModels() throws Exception {
        write("config.json", "{}");
        write("vocab.txt", "");
        write("a.onnx", "");
        write("b.onnx", "");
        assertThatThrownBy(this::read).hasMessageContaining("[a.onnx, b.onnx]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | '' | MEAN",
                "{\"architectures\": [\"BertModel\"]} | '' | MEAN",
                "{\"architectures\": [\"BertForSequenceClassification\"]} | '' | POOLER",
                "{\"architectures\": [\"RobertaForSequenceClassification\"]} | '' | CLS",
                "{} | {\"pooling_mode_cls_token\": true, \"pooling_mode_mean_tokens\": false} | CLS",
                "{\"architectures\": [\"BertForPreTraining\"]} | {\"pooling_mode_mean_tokens\": true} | MEAN",
                "{\"graft_pooling\": \"pooler\"} | {\"pooling_mode_mean_tokens\": true} | POOLER"
            })
    void readsThePooling(String config, String sentences, Pooling pooling) throws Exception {
        write("config.json", config);
        write("vocab.txt", "");
        write("model.safetensors", "");
        if (!sentences.isEmpty()) {
            write("1_Pooling/config.json", sentences);
        }
        assertThat(read().pooling()).isEqualTo(pooling);
    }

    @Test
    void refusesAPoolingThatItDoesNotHave() throws Exception {
        write("config.json", "{}");
        write("vocab.txt", "");
        write("model.safetensors", "");
        write("1_Pooling/config.json", "{\"pooling_mode_max_tokens\": true}");
        assertThatThrownBy(this::read).hasMessageContaining("[pooling_mode_max_tokens]");
        write("config.json", "{\"graft_pooling\": \"max\"}");
        assertThatThrownBy(this::read).hasMessageContaining("graft_pooling").hasMessageEndingWith(": max");
    }
}
