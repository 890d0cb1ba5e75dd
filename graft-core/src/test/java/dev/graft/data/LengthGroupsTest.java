package dev.graft.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LengthGroupsTest {
    private static final int[] LENGTHS =
            new SplittableRandom(1).ints(1000, 3, 100).toArray();

    @Test
    void everyRowIsInOneBatch() {
        for (List<int[]> batches : List.of(
                LengthGroups.shuffled(LENGTHS, 32, new SplittableRandom(2)), LengthGroups.sorted(LENGTHS, 32))) {
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
    void oneGeneratorAlwaysGivesTheSameBatches() {
        assertThat(LengthGroups.shuffled(LENGTHS, 32, new SplittableRandom(3)))
                .usingRecursiveComparison()
                .isEqualTo(LengthGroups.shuffled(LENGTHS, 32, new SplittableRandom(3)));
    }
}
