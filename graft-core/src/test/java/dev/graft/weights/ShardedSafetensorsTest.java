package dev.graft.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShardedSafetensorsTest {
    @TempDir
    Path directory;

    @BeforeEach
    void writeShards() throws IOException {
        writeShard("model-00001-of-00002.safetensors", "a", 2);
        writeShard("model-00002-of-00002.safetensors", "b", 3);
    }

    private void writeShard(String file, String tensor, int size) throws IOException {
        String header =
                "{\"%s\":{\"dtype\":\"U8\",\"shape\":[%d],\"data_offsets\":[0,%d]}}".formatted(tensor, size, size);
        FileBytes.write(directory.resolve(file), FileBytes.safetensors(header, size));
    }

    @Test
    void readsEachTensorFromItsShard() throws IOException {
        try (TensorSource source = open("""
                {"metadata":{"total_size":5},
                 "weight_map":{"b":"model-00002-of-00002.safetensors","a":"model-00001-of-00002.safetensors"}}""")) {
            assertThat(source.tensors()).extracting(TensorInfo::name).containsExactly("b", "a");
            assertThat(FileBytes.array(source.bytes("a"))).containsExactly(0, 1);
            assertThat(FileBytes.array(source.bytes("b"))).containsExactly(0, 1, 2);
            assertThat(source.metadata()).isEqualTo(Map.of("total_size", "5"));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'weight_map':{'a':'model-00009-of-00009.safetensors'}} | shard model-00009-of-00009.safetensors with tensor 'a' is missing",
                "{'weight_map':{'c':'model-00001-of-00002.safetensors'}} | tensor 'c' is not in its shard model-00001-of-00002.safetensors",
                "{'weight_map':{'a':'../model-00001-of-00002.safetensors'}} | must be the name of a file beside the index: '../model",
                "{'weight_map':{'a':''}}                  | must be the name of a file beside the index: ''",
                "{'weight_map':{'a':'model.safetensors.index.json'}} | is a shard of model.safetensors.index.json but not safetensors",
                "{'weight_map':{'a':'x','a':'y'}}         | Duplicate",
                "{'weight_map':['a']}                     | has no \"weight_map\"",
                "{'peft_type':'LORA'}                     | has no \"weight_map\"",
                "{'weight_map':{'a':                      | is not valid JSON",
                "{'weight_map':{}} {}                     | is not valid JSON",
            })
    void refusesABrokenIndex(String index, String cause) {
        assertThatThrownBy(() -> open(index.replace('\'', '"')))
                .isInstanceOf(WeightsException.class)
                .hasMessageStartingWith(directory.resolve("model.safetensors.index.json") + ": ")
                .hasMessageContaining(cause);
    }

    private TensorSource open(String index) throws IOException {
        Path file = directory.resolve("model.safetensors.index.json");
        return TensorSource.open(Files.writeString(file, index, StandardCharsets.UTF_8));
    }
}
