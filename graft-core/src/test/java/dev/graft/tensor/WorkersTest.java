package dev.graft.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class WorkersTest {
    @Test
    void resultsComeInOrder() {
        List<Supplier<Double>> squares = IntStream.range(0, 50)
                .<Supplier<Double>>mapToObj(
                        i -> () -> Tensor.of(new double[] {i}, 1).squared().item())
                .toList();
        assertThat(Workers.run(squares))
                .containsExactlyElementsOf(
                        IntStream.range(0, 50).mapToObj(i -> (double) i * i).toList());
    }

    @Test
    void aFailureIsThrownOnceAllHaveEnded() {
        AtomicInteger ended = new AtomicInteger();
        List<Supplier<Integer>> computations = List.of(
                () -> {
                    throw new IllegalStateException("broken");
                },
                ended::incrementAndGet,
                ended::incrementAndGet);
        assumeThat(Workers.count(Device.CPU)).isGreaterThan(1);
        assertThatThrownBy(() -> Workers.run(computations))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("broken");
        assertThat(ended).hasValue(2);
    }

    /** libtorch sets a thread's number anew on its first operation. */
    @Test
    void aWorkerComputesOnItsOwnShareOfTheCores() {
        int share = torch.get_num_threads() / Workers.count(Device.CPU);
        Supplier<Integer> threads = () -> {
            Tensor.zeros(DType.FLOAT32, Device.CPU, 512, 512).plus(1).sum();
            return torch.get_num_threads();
        };
        assertThat(Workers.run(List.of(threads, threads, threads, threads))).containsOnly(share);
    }

    @Test
    void theCallingThreadKeepsItsCores() {
        int before = torch.get_num_threads();
        Workers.run(List.<Supplier<Integer>>of(() -> 1, () -> 2));
        assertThat(torch.get_num_threads()).isEqualTo(before);
    }

    @Test
    void gradientsOfPartsAddUpToThoseOfTheWhole() {
        try (Scope scope = Scope.open();
                Parameter w = Parameter.of("w", Tensor.of(new double[] {3, -2}, 2), true)) {
            Tensor x = Tensor.of(new double[] {1, 2, 3, 4}, 2, 2);
            w.value().times(x).squared().sum().backward();
            double[] whole = Objects.requireNonNull(w.gradient()).toDoubles();
            try (AdamW optimizer = new AdamW(List.of(w), AdamW.Settings.DEFAULT);
                    StepGradients first = optimizer.gradientsOf(
                            w.value().times(x.select(0, 0)).squared().sum());
                    StepGradients second = optimizer.gradientsOf(
                            w.value().times(x.select(0, 1)).squared().sum())) {
                first.add(second);
                optimizer.step(0.1, first);
                double[] tenth = optimizer.moments().getFirst().first().toDoubles();
                assertThat(tenth).containsExactly(new double[] {whole[0] / 10, whole[1] / 10}, within(1e-12));
            }
        }
    }

    @Test
    void whereOneFailsTheResultsOfTheOthersAreClosed() {
        assumeThat(Workers.count(Device.CPU)).isGreaterThan(1);
        AtomicBoolean closed = new AtomicBoolean();
        assertThatThrownBy(() -> Workers.run(List.<Supplier<AutoCloseable>>of(
                        () -> {
                            throw new IllegalStateException("failed");
                        },
                        () -> () -> closed.set(true))))
                .hasMessage("failed");
        assertThat(closed).isTrue();
    }
}
