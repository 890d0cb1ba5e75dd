package dev.graft.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.graft.Base;
import dev.graft.adapter.Adapter;
import dev.graft.method.Methods;
import dev.graft.task.Classification;
import dev.graft.tensor.DType;
import dev.graft.tensor.Device;
import dev.graft.tensor.Parameter;
import dev.graft.tensor.Precision;
import dev.graft.tensor.Scope;
import dev.graft.tensor.Tensor;
import dev.graft.testing.TinyBase;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Steps over gradients that come in parts. */
class OptimizerTest {
    @TempDir
    private Path folder;

    /** The first part alone would move everything the other way. */
    @Test
    void aStepIsOverTheSumOfWhatWasGathered() throws IOException {
        try (Scope scope = Scope.open();
                Base base = Base.open(TinyBase.write(folder.resolve("base"), 1), Precision.FP32, Device.CPU);
                Adapter whole = adapter(base);
                Adapter parts = adapter(base);
                Optimizer ofWhole = optimizer(whole, base);
                Optimizer ofParts = optimizer(parts, base)) {
            ofWhole.gather(ofWhole.gradientsOf(sum(whole, -1)));
            ofParts.gather(ofParts.gradientsOf(sum(parts, 1)));
            assertThat(ofParts.betweenSteps()).isFalse();
            ofParts.gather(ofParts.gradientsOf(sum(parts, -2)));
            for (Optimizer optimizer : List.of(ofWhole, ofParts)) {
                optimizer.batchDone(true, new LinearSchedule(0, 10));
                assertThat(optimizer.betweenSteps()).isTrue();
                assertThat(optimizer.steps()).isOne();
            }
            for (int i = 0; i < whole.parameters().size(); i++) {
                Parameter parameter = parts.parameters().get(i);
                assertThat(parameter.value().toFloats())
                        .as(parameter.name())
                        .containsExactly(whole.parameters().get(i).value().toFloats());
            }
        }
    }

    private static Tensor sum(Adapter adapter, double factor) {
        return adapter.parameters().stream()
                .map(parameter -> parameter.value().sum())
                .reduce(Tensor::plus)
                .orElseThrow()
                .times(factor);
    }

    private static Adapter adapter(Base base) {
        return Adapter.create(
                Methods.parse("houlsby"),
                new Classification(List.of("no", "yes")),
                base.backbone(),
                base.name(),
                base.pooling(),
                16,
                1);
    }

    private Optimizer optimizer(Adapter adapter, Base base) {
        return new Optimizer(
                adapter,
                base.backbone().architecture(),
                TrainingSettings.DEFAULT,
                new Divergence(DType.FLOAT32, new Checkpoints(folder.resolve("checkpoints"), "none")));
    }
}
