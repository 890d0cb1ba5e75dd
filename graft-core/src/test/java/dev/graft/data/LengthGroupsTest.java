package dev.graft.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LengthGroupsTest {
    private static final int[] LENGTHS =
            new SplittableRandom(1).ints(1000, 3, 100).toArray();

    @Test
    void everyRowIsInOneBatch() {
        for (List<int[]> batches : List.of(
                LengthGroups.shuffled(LENGTHS, 32, new SplittableRandom(2)), LengthGroups.sorted(LENGTHS, 32, 1000))) {
            assertThat(batches.stream().flatMapToInt(Arrays::stream).sorted())
                    .containsExactlyElementsOf(IntStream.range(0, 1000).boxed().toList());
            assertThat(batches).allMatch(batch -> batch.length <= 32);
        }
    }

    @Test
    void littleOfABatchIsPadding() {
        List<int[]> batches = LengthGroups.shuffled(LENGTHS, 32, new SplittableRandom(2));
        long tokens = Arrays.stream(LENGTHS).sum();
        long computed = batches.stream()
                .mapToLong(batch -> (long) batch.length
                        * Arrays.stream(batch).map(row -> LENGTHS[row]).max().orElseThrow())
                .sum();
        assertThat(1 - (double) tokens / computed).isLessThan(0.05);
    }

    @Test
    void batchesForEvaluationAreAsLargeAsTheirRowsAndTokensMayBe() {
        int[] lengths = {300, 100, 50, 50, 50, 5, 5, 5, 5, 5, 0};
        assertThat(LengthGroups.sorted(lengths, 4, 200))
                .containsExactly(new int[] {0}, new int[] {1, 2}, new int[] {3, 4, 5, 6}, new int[] {7, 8, 9, 10});
        assertThat(LengthGroups.sorted(new int[] {70, 70, 70}, 4, 200))
                .containsExactly(new int[] {0, 1}, new int[] {2});
        assertThat(LengthGroups.sorted(new int[] {0, 0}, 4, 200)).containsExactly(new int[] {0, 1});
        assertThat(LengthGroups.sorted(new int[0], 4, 200)).isEmpty();
        assertThat(LengthGroups.sorted(LENGTHS, 64, Integer.MAX_VALUE)).hasSize(Math.ceilDiv(1000, 64));
    }

    @Test
    void oneGeneratorAlwaysGivesTheSameBatches() {
        assertThat(LengthGroups.shuffled(LENGTHS, 32, new SplittableRandom(3)))
                .usingRecursiveComparison()
                .isEqualTo(LengthGroups.shuffled(LENGTHS, 32, new SplittableRandom(3)));
    }

    @Test
    void partsTakeTheSameTimeAndHaveLessPadding() {
        IntToLongFunction time = row -> LENGTHS[row] * (100L + LENGTHS[row]);
        int[] batch = IntStream.range(0, LENGTHS.length)
                .boxed()
                .sorted(Comparator.comparingInt(row -> -LENGTHS[row]))
                .mapToInt(Integer::intValue)
                .toArray();
        long ofFewerParts = Long.MAX_VALUE;
        for (int count = 1; count <= 4; count++) {
            List<int[]> parts = LengthGroups.parts(batch, count, time);
            assertThat(parts).hasSize(count);
            assertThat(parts.stream().flatMapToInt(Arrays::stream).toArray()).isEqualTo(batch);
            long[] times = parts.stream()
                    .mapToLong(part -> part.length * time.applyAsLong(part[0]))
                    .sorted()
                    .toArray();
            assertThat((double) times[count - 1] / times[0]).isLessThan(1.02);
            long sum = Arrays.stream(times).sum();
            assertThat(sum).isLessThan(ofFewerParts);
            ofFewerParts = sum;
        }
    }

    @Test
    void aPartHasARowAtLeast() {
        int[] lengths = {1000, 1, 1, 1};
        for (int most = 2; most <= 4; most++) {
            assertThat(LengthGroups.parts(new int[] {0, 1, 2, 3}, most, row -> lengths[row]))
                    .containsExactly(new int[] {0}, new int[] {1, 2, 3});
        }
        assertThat(LengthGroups.parts(new int[] {0, 1, 2, 3}, 4, row -> 1)).hasSize(4);
        assertThat(LengthGroups.parts(new int[] {1, 0, 2, 3}, 2, row -> lengths[row]).stream()
                        .flatMapToInt(Arrays::stream))
                .as("not sorted")
                .containsExactly(1, 0, 2, 3);
    }
}
