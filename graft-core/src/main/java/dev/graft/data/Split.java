package dev.graft.data;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Rows to learn from and rows set aside to choose the best epoch by, each in the order of the file.
 *
 * <p>Which rows are set aside follows from a hash of their texts and the seed: they are those that come first in the
 * hash's order. So the order of the file plays no part, and k rows added to a class move at most about k old ones. Rows
 * with the same texts always stay together.
 */
public record Split(List<Row> train, List<Row> dev) {
    /** One row in ten is set aside where nothing else is asked for. */
    public static final double DEFAULT_SHARE = 0.1;

    private static final int SPARES_ONE = 5;

    public Split {
        train = List.copyOf(train);
        dev = List.copyOf(dev);
    }

    /**
     * Sets the share aside of each label's rows, rounded, and at least one row of a label that has five or more.
     *
     * @param share the share of rows to set aside, between 0 and 1
     * @throws DataException if there are too few rows to set any aside
     */
    public static Split byLabel(List<Row> rows, double share, long seed) {
        return split(rows, share, seed, row -> String.valueOf(row.label()));
    }

    /** Sets the share aside of all rows alike: for labels that are numbers or sets, of which hardly two are equal. */
    public static Split plain(List<Row> rows, double share, long seed) {
        return split(rows, share, seed, row -> "");
    }

    private static Split split(List<Row> rows, double share, long seed, Function<Row, String> stratum) {
        if (!(share > 0 && share < 1)) {
            throw new IllegalArgumentException("the dev share must be between 0 and 1: " + share);
        }
        Map<ContentHash, List<Row>> sameText = new LinkedHashMap<>();
        for (Row row : rows) {
            sameText.computeIfAbsent(ContentHash.of(row, seed), hash -> new ArrayList<>())
                    .add(row);
        }
        Map<String, Map<ContentHash, List<Row>>> strata = new TreeMap<>();
        sameText.forEach((hash, group) -> {
            // Equal texts with different labels stay together, under the label that sorts first.
            String name =
                    group.stream().map(stratum).min(Comparator.naturalOrder()).orElseThrow();
            strata.computeIfAbsent(name, key -> new TreeMap<>()).put(hash, group);
        });
        Set<ContentHash> aside = new HashSet<>();
        strata.values().forEach(groups -> aside.addAll(setAside(groups, share)));
        if (aside.isEmpty()) {
            throw new DataException(("%d rows are too few to set some aside (%d different texts, no label with %d);"
                            + " give more rows, or a file of their own with --dev")
                    .formatted(rows.size(), sameText.size(), SPARES_ONE));
        }
        List<Row> train = new ArrayList<>();
        List<Row> dev = new ArrayList<>();
        for (Row row : rows) {
            (aside.contains(ContentHash.of(row, seed)) ? dev : train).add(row);
        }
        return new Split(train, dev);
    }

    private static Set<ContentHash> setAside(Map<ContentHash, List<Row>> groups, double share) {
        int rows = groups.values().stream().mapToInt(List::size).sum();
        long wanted = Math.max(Math.round(share * rows), rows >= SPARES_ONE ? 1 : 0);
        Set<ContentHash> aside = new HashSet<>();
        long taken = 0;
        for (Map.Entry<ContentHash, List<Row>> group : groups.entrySet()) {
            int size = group.getValue().size();
            boolean leavesSome = aside.size() + 1 < groups.size();
            if (leavesSome && taken + size <= wanted) {
                aside.add(group.getKey());
                taken += size;
            }
        }
        if (aside.isEmpty() && wanted > 0 && groups.size() > 1) {
            // Every text comes more often than the share allows: the rarest goes.
            groups.entrySet().stream()
                    .min(Comparator.comparingInt(group -> group.getValue().size()))
                    .ifPresent(group -> aside.add(group.getKey()));
        }
        return aside;
    }
}
