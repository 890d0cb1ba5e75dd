package dev.graft.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.graft.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DivergenceTest {
    @TempDir
    Path folder;

    private String message(DType dtype) {
        return String.valueOf(new Divergence(dtype, new Checkpoints(folder, ""))
                .of("the gradients became NaN in step 3")
                .getMessage());
    }

    @Test
    void aWiderTypeIsAdviceOnlyInANarrowOne() {
        assertThat(message(DType.FLOAT32)).isEqualTo("the gradients became NaN in step 3; lower --lr");
        assertThat(message(DType.BFLOAT16))
                .isEqualTo("the gradients became NaN in step 3; lower --lr, or train in --dtype fp32");
    }

    @Test
    void theStateBeforeIsNamedWhereThereIsOne() throws IOException {
        Path kept = Files.createFile(folder.resolve("checkpoint.safetensors"));

        assertThat(message(DType.FLOAT32)).endsWith("lower --lr; the state before is kept in " + kept);
    }
}
