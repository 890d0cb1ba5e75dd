package dev.graft.bench;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** Several sides that do the same work turn by turn, so that each is measured in the same minutes. */
final class Turns {
    private final Map<Side, Rates> sides = new LinkedHashMap<>();

    /** Whoever does the work. */
    @FunctionalInterface
    interface Side {
        /** Does all of it once and tells its examples a second. */
        double round() throws IOException;
    }

    /** Lets a side take part; its rates are there after {@link #take}. */
    Rates with(Side side) {
        Rates rates = new Rates();
        sides.put(side, rates);
        return rates;
    }

    /** Takes the turns; a first round of each warms up and does not count. */
    void take(int rounds) throws IOException {
        for (int round = 0; round <= rounds; round++) {
            for (Map.Entry<Side, Rates> side : sides.entrySet()) {
                double rate = side.getKey().round();
                if (round > 0) {
                    side.getValue().add(rate);
                }
            }
        }
    }
}
