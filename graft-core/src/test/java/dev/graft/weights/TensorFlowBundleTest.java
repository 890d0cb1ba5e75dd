package dev.graft.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.graft.tensor.DType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorFlowBundleTest {
    private static final byte[] ONE = FileBytes.floats(1);

    @TempDir
    Path directory;

    @Test
    void readsVariablesUnderTheirOwnNames() throws IOException {
        Path index = new BundleBytes()
                .floats("a/kernel", new long[] {2, 1}, 1, 2)
                .floats("scalar", new long[] {}, 3)
                .write(directory);
        try (TensorSource source = TensorFlowBundle.open(index)) {
            assertThat(source.tensors())
                    .containsExactly(
                            new TensorInfo("a/kernel", DType.FLOAT32, List.of(2L, 1L)),
                            new TensorInfo("scalar", DType.FLOAT32, List.of()));
            assertThat(FileBytes.array(source.bytes("a/kernel"))).isEqualTo(FileBytes.floats(1, 2));
            assertThat(FileBytes.array(source.bytes("scalar"))).isEqualTo(FileBytes.floats(3));
        }
    }

    @Test
    void readsKeysThatShareAPrefixAndLeavesOutTexts() throws IOException {
        byte[] variable = BundleBytes.variable(1, new long[] {1}, 0, ONE);
        byte[] text = BundleBytes.variable(7, new long[] {1}, 0, ONE);
        Path index = new BundleBytes()
                .floats("a", new long[] {1}, 1)
                .raw(BundleBytes.tableEntry(1, "b/c", variable))
                .raw(BundleBytes.tableEntry(3, "d", variable))
                .raw(BundleBytes.tableEntry(0, "text", text))
                .write(directory);
        try (TensorSource source = TensorFlowBundle.open(index)) {
            assertThat(source.tensors()).extracting(TensorInfo::name).containsExactly("a", "ab/c", "ab/d");
        }
    }

    @Test
    void refusesValuesThatDoNotMatchTheirChecksum() throws IOException {
        Path index = new BundleBytes().floats("a", new long[] {1}, 1).write(directory);
        Path values = directory.resolve("bert_model.ckpt.data-00000-of-00001");
        FileBytes.write(values, FileBytes.floats(2));
        try (TensorSource source = TensorSource.open(index)) {
            assertThatThrownBy(() -> source.bytes("a"))
                    .isInstanceOfSatisfying(
                            WeightsException.class, e -> assertThat(e.file()).isEqualTo(values))
                    .hasMessageContaining("the values of tensor 'a' do not match their checksum");
        }
    }

    @Test
    void refusesMissingAndTruncatedValues() throws IOException {
        Path index = new BundleBytes().floats("a", new long[] {2}, 1, 2).write(directory);
        Path values = directory.resolve("bert_model.ckpt.data-00000-of-00001");
        FileBytes.write(values, ONE);
        refuses(index, "the file is truncated: tensor 'a' at 0 has 8 bytes of 4");
        Files.delete(values);
        refuses(index, "the values in bert_model.ckpt.data-00000-of-00001 are missing");
    }

    @Test
    void refusesEntriesThatCannotBe() throws IOException {
        refuses(BundleBytes.variable(99, new long[] {1}, 0, ONE), "tensor 'v' has TensorFlow type 99");
        refuses(BundleBytes.variable(1, new long[] {2}, 0, ONE), "tensor 'v' of FLOAT32 [2] needs 8 bytes: 4");
        refuses(BundleBytes.variable(1, new long[] {-1}, 0, ONE), "tensor 'v' has a negative dimension");
        refuses(BundleBytes.variable(1, new long[] {1L << 61, 8}, 0, ONE), "larger than any file");
        refuses(BundleBytes.variable(1, new long[70], 0, ONE), "must have at most 64 dimensions");
        refuses(BundleBytes.variable(1, new long[] {1}, -4, ONE), "tensor 'v' at -4");
        refuses(BundleBytes.variable(1, new long[] {1}, Long.MAX_VALUE, ONE), "the file is truncated");
        refuses(
                new FileBytes().number(1, 1).field(7, new byte[0]).toArray(),
                "tensor 'v' is stored in slices, which is not read");
        refuses(new FileBytes().number(1, 1).number(3, 1).toArray(), "has a tensor in file 1 of 1");
    }

    private void refuses(byte[] variable, String cause) throws IOException {
        refuses(
                new BundleBytes()
                        .floats("a", new long[] {1}, 1)
                        .entry("v", variable)
                        .write(directory),
                cause);
    }

    @Test
    void refusesAHeaderThatIsMissingOrBigEndian() throws IOException {
        refuses(BundleBytes.withoutHeader().entry("v", ONE).write(directory), "has no header");
        byte[] bigEndian = new FileBytes().number(1, 1).number(2, 1).toArray();
        refuses(BundleBytes.withoutHeader().entry("", bigEndian).write(directory), "big-endian");
    }

    @Test
    void refusesATableThatIsBroken() throws IOException {
        refuses(
                new BundleBytes().raw(BundleBytes.tableEntry(9, "x", ONE)).write(directory),
                "an entry has sizes 9, 1, 4");
        refuses(new BundleBytes().raw(new byte[] {0, 50, 50}).write(directory), "an entry reaches over the end");
        refuses(new BundleBytes().raw(new byte[] {0, (byte) 0x80}).write(directory), "it ends within a number");
        refuses(new BundleBytes().entry("", BundleBytes.HEADER).write(directory), "key '' comes twice");
    }

    @Test
    void refusesNamesThatWouldFillTheMemory() throws IOException {
        BundleBytes bundle = new BundleBytes().entry("n".repeat(60_000), ONE);
        for (int i = 0; i < 1200; i++) {
            bundle.raw(BundleBytes.tableEntry(60_000, String.valueOf((char) ('a' + i % 26)), ONE));
        }
        refuses(bundle.write(directory), "comes twice");
        BundleBytes longer = new BundleBytes().entry("n".repeat(60_000), ONE);
        for (int i = 0; i < 1200; i++) {
            longer.raw(BundleBytes.tableEntry(60_000 + i, "n", ONE));
        }
        refuses(longer.write(directory), "its names have more than 67108864 bytes");
    }

    @Test
    void refusesATableOfAnotherKindOrCompressed() throws IOException {
        byte[] index = new BundleBytes().floats("a", new long[] {1}, 1).index();
        Path file = directory.resolve("m.index");
        refuses(FileBytes.write(file, Arrays.copyOf(index, index.length - 1)), "the last 8 bytes are not a table's");
        refuses(FileBytes.write(file, "step: 3".getBytes(StandardCharsets.UTF_8)), "not the index of a TensorFlow");
        byte[] flipped = index.clone();
        flipped[3] ^= 1;
        refuses(FileBytes.write(file, flipped), "the checksum of the block at 0 does not match");
        byte[] compressed = new BundleBytes().index();
        // The empty bundle's one block: an entry of 3 + 2 bytes, a restart, their count; then the compression.
        compressed[13] = 1;
        refuses(FileBytes.write(file, compressed), "has a block of compression 1");
    }

    @Test
    void refusesANameThatIsNoIndex() throws IOException {
        Path index = new BundleBytes().write(directory);
        Path renamed = Files.move(index, directory.resolve("bundle"));
        refuses(renamed, "must be named *.index");
    }

    private static void refuses(Path index, String cause) {
        assertThatThrownBy(() -> TensorSource.open(index))
                .isInstanceOf(WeightsException.class)
                .hasMessageContaining(cause);
    }
}
