package dev.graft.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;

/**
 * Batches of texts of like length, so that little of a batch is padding. In training the rows are shuffled first and sorted
 * within groups of some batches only, and the batches are shuffled again: chance decides who meets whom, the same
 * chance for the same generator.
 */
public final class LengthGroups {
    /** Large enough that a batch's texts are of nearly one length, small enough that batches differ between epochs. */
    private static final int BATCHES_IN_GROUP = 64;

    private LengthGroups() {}

    /**
     * The batches of one training epoch, as row numbers; every row is in one of them, the longest of a batch first.
     *
     * @param lengths the number of tokens of each row
     */
    public static List<int[]> shuffled(int[] lengths, int batchSize, SplittableRandom random) {
        List<Integer> rows =
                new ArrayList<>(IntStream.range(0, lengths.length).boxed().toList());
        Random shuffles = new Random(random.nextLong());
        Collections.shuffle(rows, shuffles);
        List<int[]> batches = new ArrayList<>();
        int groupSize = (int) Math.min((long) batchSize * BATCHES_IN_GROUP, Math.max(1, rows.size()));
        for (int start = 0; start < rows.size(); start += groupSize) {
            List<Integer> group = rows.subList(start, Math.min(start + groupSize, rows.size()));
            batches.addAll(batches(group, lengths, batchSize));
        }
        Collections.shuffle(batches, shuffles);
        return batches;
    }

    /**
     * Batches for evaluation, from the longest texts to the shortest, as row numbers. Each has as many rows as both limits allow, and at
     * least one.
     *
     * @param lengths the number of tokens of each row
     * @param mostRows of a batch
     * @param mostTokens of a batch, padding counted
     */
    public static List<int[]> sorted(int[] lengths, int mostRows, int mostTokens) {
        int[] rows = longestFirst(IntStream.range(0, lengths.length).boxed().toList(), lengths);
        // A row takes a share of the rows and a share of the tokens, and counts as the larger: both as parts of this.
        long whole = (long) mostRows * mostTokens;
        return within(whole, rows, row -> Math.max((long) mostRows * lengths[row], mostTokens));
    }

    /**
     * A batch in parts of like length to be computed side by side, cut where the slowest of them is fastest.
     *
     * @param batch rows from the longest to the shortest, as all batches here have them
     * @param most the largest number of parts; there are fewer where more of them would not help
     * @param time what each row of a part takes whose longest is the given one; at least 1
     */
    public static List<int[]> parts(int[] batch, int most, IntToLongFunction time) {
        long low = time.applyAsLong(batch[0]); // no part is faster than its longest row
        long high = batch.length * low;
        while (low < high) {
            long middle = low + (high - low) / 2;
            if (within(middle, batch, time).size() <= most) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return within(low, batch, time);
    }

    /** A batch in as few parts as take no longer than the limit. */
    private static List<int[]> within(long limit, int[] batch, IntToLongFunction time) {
        List<int[]> parts = new ArrayList<>();
        int end = 0;
        for (int start = 0; start < batch.length; start = end) {
            end = start + Math.clamp(limit / time.applyAsLong(batch[start]), 1, batch.length - start);
            parts.add(Arrays.copyOfRange(batch, start, end));
        }
        return parts;
    }

    private static List<int[]> batches(List<Integer> rows, int[] lengths, int batchSize) {
        int[] longestFirst = longestFirst(rows, lengths);
        List<int[]> batches = new ArrayList<>();
        for (int start = 0; start < longestFirst.length; start += batchSize) {
            batches.add(Arrays.copyOfRange(longestFirst, start, Math.min(start + batchSize, longestFirst.length)));
        }
        return batches;
    }

    private static int[] longestFirst(List<Integer> rows, int[] lengths) {
        return rows.stream()
                .sorted(Comparator.comparingInt((Integer row) -> -lengths[row]))
                .mapToInt(Integer::intValue)
                .toArray();
    }
}
