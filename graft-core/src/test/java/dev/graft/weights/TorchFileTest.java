package dev.graft.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.graft.tensor.DType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TorchFileTest {
    private static final long[] TWO = {2};
    private static final long[] ONE = {1};

    @TempDir
    Path directory;

    @Test
    void readsTypesShapesAndValues() throws IOException {
        try (TensorSource source = open(TorchBytes.one(0, new long[] {2, 3}, new long[] {3, 1}, 0, 1, 2, 3, 4, 5)
                .file("version", (byte) '3'))) {
            assertThat(source.tensors()).containsExactly(new TensorInfo("a", DType.FLOAT32, List.of(2L, 3L)));
            assertThat(FileBytes.array(source.bytes("a"))).isEqualTo(FileBytes.floats(0, 1, 2, 3, 4, 5));
            assertThat(source.bytes("a").isReadOnly()).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "DoubleStorage,FLOAT64",
        "FloatStorage,FLOAT32",
        "HalfStorage,FLOAT16",
        "BFloat16Storage,BFLOAT16",
        "LongStorage,INT64",
        "IntStorage,INT32",
        "ShortStorage,INT16",
        "CharStorage,INT8",
        "ByteStorage,UINT8",
        "BoolStorage,BOOL"
    })
    void readsEachTypeOfStorage(String type, DType dtype) throws IOException {
        byte[] values = FileBytes.countingUp(2 * dtype.bytes());
        TorchBytes content = new TorchBytes()
                .opcodes(PickleOpcode.EMPTY_DICT)
                .text("a")
                .tensor(type, "0", 2, 0, TWO, ONE)
                .opcodes(PickleOpcode.SETITEM, PickleOpcode.STOP)
                .file("data/0", values);
        try (TensorSource source = open(content)) {
            assertThat(source.info("a").dtype()).isEqualTo(dtype);
            assertThat(FileBytes.array(source.bytes("a"))).isEqualTo(values);
        }
    }

    @Test
    void followsOffsetsAndStrides() throws IOException {
        // The transposed lower rows of a matrix [3, 2].
        try (TensorSource source = open(TorchBytes.one(2, new long[] {2, 2}, new long[] {1, 2}, 0, 1, 2, 3, 4, 5))) {
            assertThat(FileBytes.array(source.bytes("a"))).isEqualTo(FileBytes.floats(2, 4, 3, 5));
        }
        try (TensorSource source =
                open(TorchBytes.one(1, new long[] {2, 1, 2}, new long[] {3, 7, 1}, 0, 1, 2, 3, 4, 5))) {
            assertThat(FileBytes.array(source.bytes("a"))).isEqualTo(FileBytes.floats(1, 2, 4, 5));
        }
        try (TensorSource source = open(TorchBytes.one(0, new long[] {}, new long[] {}, 7))) {
            assertThat(FileBytes.array(source.bytes("a"))).isEqualTo(FileBytes.floats(7));
        }
        try (TensorSource source = open(TorchBytes.one(0, new long[] {0, 5}, new long[] {5, 1}, 7))) {
            assertThat(source.bytes("a").remaining()).isZero();
        }
    }

    @Test
    void sharesAStorageAmongNames() throws IOException {
        TorchBytes content = new TorchBytes()
                .opcodes(PickleOpcode.EMPTY_DICT, PickleOpcode.MARK)
                .text("all")
                .tensor("FloatStorage", "0", 3, 0, new long[] {3}, ONE)
                .text("end")
                .tensor("FloatStorage", "0", 3, 1, TWO, ONE)
                .opcodes(PickleOpcode.SETITEMS, PickleOpcode.STOP)
                .file("data/0", FileBytes.floats(1, 2, 3));
        try (TensorSource source = open(content)) {
            assertThat(FileBytes.array(source.bytes("all"))).isEqualTo(FileBytes.floats(1, 2, 3));
            assertThat(FileBytes.array(source.bytes("end"))).isEqualTo(FileBytes.floats(2, 3));
        }
    }

    @Test
    void turnsBigEndianValuesAround() throws IOException {
        TorchBytes content = TorchBytes.one(0, TWO, ONE, 0, 0)
                .file("byteorder", (byte) 'b', (byte) 'i', (byte) 'g')
                .file("data/0", (byte) 0x3f, (byte) 0x80, (byte) 0, (byte) 0, (byte) 0x40, (byte) 0, (byte) 0, (byte)
                        0);
        try (TensorSource source = open(content)) {
            assertThat(FileBytes.array(source.bytes("a"))).isEqualTo(FileBytes.floats(1, 2));
        }
        assertThatThrownBy(() -> open(TorchBytes.one(0, TWO, ONE, 0, 0).file("byteorder", (byte) '?')))
                .isInstanceOf(WeightsException.class)
                .hasMessageContaining("byte order must be little or big: '?'");
    }

    @Test
    void readsAnOrderedDictWithAttributesAndDictionariesWithin() throws IOException {
        TorchBytes content = new TorchBytes()
                .global("collections", "OrderedDict")
                .opcodes(PickleOpcode.EMPTY_TUPLE, PickleOpcode.REDUCE)
                .text("inner")
                .opcodes(PickleOpcode.EMPTY_DICT)
                .text("a")
                .tensor("FloatStorage", "0", 1, 0, ONE, ONE)
                .opcodes(PickleOpcode.SETITEM, PickleOpcode.SETITEM, PickleOpcode.EMPTY_DICT)
                .text("_metadata")
                .opcodes(PickleOpcode.EMPTY_DICT, PickleOpcode.SETITEM, PickleOpcode.BUILD, PickleOpcode.STOP)
                .file("data/0", FileBytes.floats(1));
        try (TensorSource source = open(content)) {
            assertThat(source.tensors()).extracting(TensorInfo::name).containsExactly("inner.a");
        }
    }

    @Test
    void refusesAnyOtherGlobalByName() {
        refuses(new TorchBytes().global("os", "system").text("true"), "names 'os.system'");
        refuses(new TorchBytes().global("builtins", "eval"), "names 'builtins.eval'");
        refuses(new TorchBytes().global("torch", "FloatStorage.x"), "names 'torch.FloatStorage.x'");
        refuses(new TorchBytes().raw((byte) 'c', (byte) 'o', (byte) 's'), "a name does not end");
    }

    @Test
    void refusesAnyOtherOpcodeByName() {
        for (PickleOpcode opcode : List.of(
                PickleOpcode.INST,
                PickleOpcode.OBJ,
                PickleOpcode.NEWOBJ,
                PickleOpcode.NEWOBJ_EX,
                PickleOpcode.STACK_GLOBAL,
                PickleOpcode.EXT1,
                PickleOpcode.PERSID,
                PickleOpcode.DUP)) {
            refuses(new TorchBytes().opcodes(opcode), "opcode " + opcode + " is not allowed");
        }
        refuses(new TorchBytes().raw((byte) 0xff), "there is no opcode 0xff");
    }

    @Test
    void refusesCallsThatDoNotFit() {
        refuses(
                new TorchBytes().global("torch", "FloatStorage").opcodes(PickleOpcode.EMPTY_TUPLE, PickleOpcode.REDUCE),
                "torch.FloatStorage is called with 0 arguments");
        refuses(
                new TorchBytes().global("collections", "OrderedDict").numbers(1).opcodes(PickleOpcode.REDUCE),
                "collections.OrderedDict is called with 1 arguments");
        refuses(new TorchBytes().text("os.system").numbers(1).opcodes(PickleOpcode.REDUCE), "a String is not a Global");
        refuses(new TorchBytes().numbers(1).opcodes(PickleOpcode.BINPERSID), "a storage is described by 1 values");
    }

    @Test
    void refusesHugeLengths() {
        refuses(
                new TorchBytes().raw((byte) 'X', (byte) -1, (byte) -1, (byte) -1, (byte) 0x7f),
                "a text has 2147483647 bytes");
        refuses(
                new TorchBytes().raw((byte) 'X', (byte) -1, (byte) -1, (byte) -1, (byte) -1),
                "a text has 4294967295 bytes");
        refuses(new TorchBytes().raw((byte) 0x8a, (byte) -1), "a number has 255 bytes");
        refuses(TorchBytes.one(0, new long[] {1L << 62, 2}, ONE, 1), "larger than any file");
        refuses(TorchBytes.one(0, new long[] {1L << 40}, new long[] {0}, 1), "leaves its storage of 1 elements");
        refuses(TorchBytes.one(0, TWO, new long[] {Long.MAX_VALUE}, 1, 2), "leaves its storage of 2 elements");
        refuses(TorchBytes.one(1, TWO, ONE, 1, 2), "leaves its storage of 2 elements");
        refuses(TorchBytes.one(0, TWO, new long[] {-1}, 1, 2), "negative stride");
        refuses(TorchBytes.one(-1, TWO, ONE, 1, 2), "offset -1");
        refuses(
                TorchBytes.one(0, TWO, ONE, 1, 2).file("data/0", FileBytes.floats(1)),
                "the storage of tensor 'a' must have 8 bytes: 4");
    }

    @Test
    void refusesBrokenStacks() {
        refuses(new TorchBytes().opcodes(PickleOpcode.TUPLE), "a mark is missing");
        refuses(new TorchBytes().opcodes(PickleOpcode.TUPLE1), "a value is missing");
        refuses(new TorchBytes().opcodes(PickleOpcode.MARK, PickleOpcode.TUPLE1), "a mark is not a Object");
        refuses(new TorchBytes().raw((byte) 'h', (byte) 7), "nothing is remembered as 7");
        refuses(
                new TorchBytes()
                        .opcodes(PickleOpcode.EMPTY_DICT, PickleOpcode.MARK)
                        .text("a")
                        .opcodes(PickleOpcode.SETITEMS),
                "a dictionary's last key has no value");
    }

    @Test
    void refusesWhatIsNoDictionaryOfTensors() {
        refuses(new TorchBytes().text("model").opcodes(PickleOpcode.STOP), "holds no dictionary of tensors");
        refuses(
                new TorchBytes()
                        .opcodes(PickleOpcode.EMPTY_DICT)
                        .text("epoch")
                        .number(3)
                        .opcodes(PickleOpcode.SETITEM, PickleOpcode.STOP),
                "'epoch' is not a tensor");
    }

    @Test
    void refusesDictionariesThatLieInThemselvesOrTooDeep() {
        refuses(
                new TorchBytes()
                        .opcodes(PickleOpcode.EMPTY_DICT)
                        .raw((byte) 'q', (byte) 0)
                        .text("self")
                        .raw((byte) 'h', (byte) 0)
                        .opcodes(PickleOpcode.SETITEM, PickleOpcode.STOP),
                "'self' is a dictionary that lies in itself");
        TorchBytes deep = new TorchBytes();
        for (int i = 0; i < 100_000; i++) {
            deep.opcodes(PickleOpcode.EMPTY_DICT).text("d");
        }
        deep.opcodes(PickleOpcode.EMPTY_DICT);
        for (int i = 0; i < 100_000; i++) {
            deep.opcodes(PickleOpcode.SETITEM);
        }
        refuses(deep.opcodes(PickleOpcode.STOP), "or too deep");
    }

    @Test
    void refusesCompressedFilesUnread() {
        refuses(TorchBytes.one(0, TWO, ONE, 1, 2).compressed(), "'archive/data.pkl' is compressed");
    }

    @Test
    void refusesADescriptionThatWouldFillTheMemory() {
        refuses(new TorchBytes().raw(new byte[17 << 20]), "over the limit of 16777216");
    }

    @Test
    void refusesAZipArchiveOfSomethingElse() {
        refuses(new TorchBytes().opcodes(PickleOpcode.STOP).file("inner/data.pkl"), "it has 2 files named data.pkl");
    }

    @Test
    void refusesEveryTruncation() throws IOException {
        byte[] whole = TorchBytes.one(0, TWO, ONE, 1, 2).toArray();
        for (int size = 1; size < whole.length; size++) {
            Path file = FileBytes.write(directory.resolve("cut" + size + ".bin"), Arrays.copyOf(whole, size));
            assertThatThrownBy(() -> TensorSource.open(file))
                    .as("cut after %d bytes", size)
                    .isInstanceOf(WeightsException.class);
        }
    }

    @Test
    void refusesValuesThatDoNotMatchTheirChecksum() throws IOException {
        byte[] whole = TorchBytes.one(0, TWO, ONE, 1.5f, 2).toArray();
        byte[] values = FileBytes.floats(1.5f, 2);
        for (int i = 0; i < whole.length - values.length; i++) {
            if (Arrays.equals(values, Arrays.copyOfRange(whole, i, i + values.length))) {
                whole[i] ^= 1;
            }
        }
        try (TensorSource source = TensorSource.open(FileBytes.write(directory.resolve("flipped.bin"), whole))) {
            assertThatThrownBy(() -> source.bytes("a"))
                    .isInstanceOf(WeightsException.class)
                    .hasMessageContaining("'archive/data/0' does not match its checksum");
        }
    }

    @Test
    void saysHowToConvertAFileOfBeforePyTorch16() throws IOException {
        byte[] magic = {(byte) 0x80, 2, (byte) 0x8a, 10, 'l', (byte) 0xfc, (byte) 0x9c, 'F', (byte) 0xf9};
        Path file = FileBytes.write(directory.resolve("old.bin"), magic);
        assertThatThrownBy(() -> TensorSource.open(file))
                .isInstanceOf(WeightsException.class)
                .hasMessageContaining("as PyTorch wrote before 1.6; convert it with: python -c")
                .hasMessageContaining("torch.load('old.bin', map_location='cpu', weights_only=True)");
    }

    private void refuses(TorchBytes content, String cause) {
        Path file = directory.resolve("model.bin");
        assertThatThrownBy(() -> open(content))
                .isInstanceOf(WeightsException.class)
                .hasMessageStartingWith(file + ": ")
                .hasMessageContaining(cause);
    }

    private TensorSource open(TorchBytes content) throws IOException {
        return TensorSource.open(FileBytes.write(directory.resolve("model.bin"), content.toArray()));
    }
}
