package dev.graft.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.graft.Base;
import dev.graft.data.Row;
import dev.graft.tensor.Device;
import dev.graft.tensor.Precision;
import dev.graft.testing.TinyBase;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluatorTest {
    private static final Device GPU = new Device(Device.Kind.CUDA, 0);

    @TempDir
    Path directory;

    @Test
    void longTextsComeInSmallBatchesOnAProcessor() throws IOException {
        assertThat(sizes(1000, 512, Device.CPU)).containsOnly(8);
        assertThat(sizes(1000, 512, GPU)).startsWith(64, 64);
    }

    @Test
    void shortTextsComeInBatchesOfManyRows() throws IOException {
        assertThat(sizes(1000, 10, Device.CPU)).startsWith(64, 64);
        assertThat(sizes(1000, 10, GPU)).startsWith(64, 64);
    }

    private List<Integer> sizes(int rows, int tokens, Device device) throws IOException {
        try (Base base = Base.open(TinyBase.write(directory, 3), Precision.FP32, Device.CPU)) {
            Row row = new Row(1, "film ".repeat(600), null, null);
            Encoded texts = Encoded.of(Collections.nCopies(rows, row), base.tokenizer(), tokens);
            return Evaluator.batches(texts, device).stream()
                    .map(batch -> batch.length)
                    .toList();
        }
    }
}
