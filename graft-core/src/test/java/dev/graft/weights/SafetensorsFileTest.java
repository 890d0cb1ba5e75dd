package dev.graft.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.graft.tensor.DType;
import dev.graft.tensor.Scope;
import dev.graft.tensor.Tensor;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsFileTest {
    @TempDir
    Path directory;

    @Test
    void readsTypesShapesValuesAndMetadata() throws IOException {
        String header = """
                {"__metadata__":{"format":"pt"},
                 "b":{"dtype":"F32","shape":[2,1],"data_offsets":[4,12]},
                 "a":{"dtype":"I8","shape":[4],"data_offsets":[0,4],"note":{"ignored":[1]}},
                 "scalar":{"dtype":"BF16","shape":[],"data_offsets":[12,14]}}  """;
        try (TensorSource source = open(FileBytes.safetensors(header, 14));
                Scope scope = Scope.open()) {
            assertThat(source.metadata()).isEqualTo(Map.of("format", "pt"));
            assertThat(source.tensors())
                    .containsExactly(
                            new TensorInfo("a", DType.INT8, List.of(4L)),
                            new TensorInfo("b", DType.FLOAT32, List.of(2L, 1L)),
                            new TensorInfo("scalar", DType.BFLOAT16, List.of()));
            assertThat(FileBytes.array(source.bytes("b"))).containsExactly(4, 5, 6, 7, 8, 9, 10, 11);
            assertThat(source.bytes("b").isReadOnly()).isTrue();
            Tensor a = source.read("a");
            assertThat(a.dtype()).isEqualTo(DType.INT8);
            assertThat(a.shape()).containsExactly(4);
            assertThat(a.toFloats()).containsExactly(0, 1, 2, 3);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'a':{'dtype':'U8','shape':[4],'data_offsets':[0,4]}}                   | 3 | the file is truncated: tensor 'a' ends at byte 4 of 3",
                "{'a':{'dtype':'U8','shape':[4],'data_offsets':[0,4]}}                   | 6 | 2 bytes after the last tensor",
                "{'a':{'dtype':'U8','shape':[2],'data_offsets':[0,2]},'b':{'dtype':'U8','shape':[2],'data_offsets':[1,3]}} | 3 | tensor 'b' at byte 1 overlaps",
                "{'a':{'dtype':'U8','shape':[2],'data_offsets':[0,2]},'b':{'dtype':'U8','shape':[2],'data_offsets':[0,2]}} | 2 | tensor 'b' at byte 0 overlaps",
                "{'a':{'dtype':'U8','shape':[2],'data_offsets':[0,2]},'b':{'dtype':'U8','shape':[1],'data_offsets':[3,4]}} | 4 | there is a gap before tensor 'b'",
                "{'a':{'dtype':'U8','shape':[2],'data_offsets':[1,3]}}                   | 3 | there is a gap before tensor 'a'",
                "{'a':{'dtype':'U8','shape':[1],'data_offsets':[0,1]},'a':{'dtype':'U8','shape':[1],'data_offsets':[1,2]}} | 2 | Duplicate",
                "{'__metadata__':{'k':'1','k':'2'}}                                      | 0 | Duplicate",
                "{'a':{'dtype':'F31','shape':[1],'data_offsets':[0,4]}}                  | 4 | tensor 'a' has dtype F31; read are [I64, F64",
                "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,4]}}                  | 4 | needs 8 bytes, but its data_offsets [0, 4] hold 4",
                "{'a':{'dtype':'U8','shape':[-1],'data_offsets':[0,1]}}                  | 1 | tensor 'a' has a negative dimension: [-1]",
                "{'a':{'dtype':'F32','shape':[4611686018427387904,4],'data_offsets':[0,0]}} | 0 | larger than any file",
                "{'a':{'dtype':'U8','shape':[99999999999999999999],'data_offsets':[0,0]}} | 0 | out of range of",
                "{'a':{'dtype':'U8','shape':[1.5],'data_offsets':[0,1]}}                 | 1 | tensor 'a' shape must be VALUE_NUMBER_INT",
                "{'a':{'dtype':'U8','shape':[1],'data_offsets':[-1,0]}}                  | 1 | with 0 <= begin <= end: [-1, 0]",
                "{'a':{'dtype':'U8','shape':[1],'data_offsets':[1,0]}}                   | 1 | with 0 <= begin <= end: [1, 0]",
                "{'a':{'dtype':'U8','shape':[1],'data_offsets':[0]}}                     | 1 | with 0 <= begin <= end: [0]",
                "{'a':{'dtype':'U8','shape':[1],'data_offsets':[0,1,2]}}                 | 1 | data_offsets has more than 2 numbers",
                "{'a':{'dtype':'U8','shape':[0],'data_offsets':[9223372036854775807,9223372036854775807]}} | 1 | the file is truncated",
                "{'a':{'shape':[1],'data_offsets':[0,1]}}                                | 1 | tensor 'a' has no dtype",
                "{'a':{'dtype':'U8','data_offsets':[0,1]}}                               | 1 | tensor 'a' has no shape",
                "{'a':{'dtype':'U8','shape':[1]}}                                        | 1 | tensor 'a' has no data_offsets",
                "{'a':{'dtype':7,'shape':[1],'data_offsets':[0,1]}}                      | 1 | tensor 'a' dtype must be VALUE_STRING",
                "{'a':[1]}                                                               | 1 | tensor 'a' must be START_OBJECT",
                "{'__metadata__':{'format':1}}                                           | 0 | __metadata__ 'format' must be VALUE_STRING",
                "{'__metadata__':[]}                                                     | 0 | __metadata__ must be START_OBJECT",
                "{} {}                                                                   | 0 | the header goes on after its JSON object",
                "{'a':                                                                   | 0 | the header is not valid JSON",
                "[1]                                                                     | 0 | the header must be START_OBJECT",
            })
    void refusesABrokenHeader(String header, int dataBytes, String cause) {
        byte[] content = FileBytes.safetensors(header.replace('\'', '"'), dataBytes);
        assertThatThrownBy(() -> open(content))
                .isInstanceOf(WeightsException.class)
                .hasMessageStartingWith(directory.resolve("model.safetensors") + ": ")
                .hasMessageContaining(cause);
    }

    @Test
    void refusesMoreDimensionsThanATensorHas() {
        String ones = "1,".repeat(64) + "1";
        byte[] content = FileBytes.safetensors(
                "{\"a\":{\"dtype\":\"U8\",\"shape\":[%s],\"data_offsets\":[0,1]}}".formatted(ones), 1);
        assertThatThrownBy(() -> open(content)).hasMessageContaining("shape has more than 64 numbers");
    }

    @ParameterizedTest
    @ValueSource(longs = {100_000_001, Long.MAX_VALUE, -1})
    void refusesAHeaderOverTheLimit(long length) {
        byte[] content = new FileBytes().int64(length).bytes(new byte[32]).toArray();
        assertThatThrownBy(() -> open(content))
                .isInstanceOf(WeightsException.class)
                .hasMessageContaining(
                        "a header of %s bytes is over the limit of 100000000".formatted(Long.toUnsignedString(length)));
    }

    @Test
    void refusesAFileCutInItsHeader() {
        assertThatThrownBy(() -> open(new byte[] {1, 0, 0}))
                .isInstanceOf(WeightsException.class)
                .hasMessageContaining("has only 3 bytes");
        assertThatThrownBy(
                        () -> open(new FileBytes().int64(99).bytes((byte) '{').toArray()))
                .isInstanceOf(WeightsException.class)
                .hasMessageContaining("its header has 99 bytes, but only 1 follow");
    }

    @Test
    void refusesAHeaderThatIsNotText() {
        byte[] content = new FileBytes().int64(2).bytes((byte) '{', (byte) 0xff).toArray();
        assertThatThrownBy(() -> open(content))
                .isInstanceOf(WeightsException.class)
                .hasMessageContaining("the header is not UTF-8 text");
    }

    @Test
    void readsBeyondTwoGigabytes() throws IOException {
        long first = (3L << 30) + 1;
        String header = """
                {"big":{"dtype":"U8","shape":[%d],"data_offsets":[0,%d]},\
                "last":{"dtype":"U8","shape":[4],"data_offsets":[%d,%d]}}""".formatted(first, first, first, first + 4);
        Path file = Files.write(directory.resolve("big.safetensors"), FileBytes.safetensors(header, 0));
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.seek(sparse.length() + first);
            sparse.write(new byte[] {5, 6, 7, 8});
        }
        try (TensorSource source = TensorSource.open(file)) {
            assertThat(FileBytes.array(source.bytes("last"))).containsExactly(5, 6, 7, 8);
            assertThatThrownBy(() -> source.bytes("big"))
                    .isInstanceOf(WeightsException.class)
                    .hasMessageContaining("more than the 2 GiB read at once");
        }
    }

    @Test
    void readsAnEmptyFileOfTensors() throws IOException {
        try (TensorSource source = open(FileBytes.safetensors("{}", 0))) {
            assertThat(source.tensors()).isEmpty();
        }
    }

    @Test
    void readsNamesInAnyScript() throws IOException {
        String header = "{\"gewicht.ü.权重\":{\"dtype\":\"BOOL\",\"shape\":[1],\"data_offsets\":[0,1]}}";
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        try (TensorSource source = open(
                new FileBytes().int64(text.length).bytes(text).bytes((byte) 1).toArray())) {
            assertThat(source.info("gewicht.ü.权重").dtype()).isEqualTo(DType.BOOL);
        }
    }

    private TensorSource open(byte[] content) throws IOException {
        return TensorSource.open(FileBytes.write(directory.resolve("model.safetensors"), content));
    }
}
