package dev.graft.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TurnsTest {
    @Test
    void sidesAlternateAndTheFirstRoundDoesNotCount() throws IOException {
        List<String> order = new ArrayList<>();
        Turns turns = new Turns();
        Rates one = turns.with(() -> {
            order.add("one");
            return order.size();
        });
        Rates other = turns.with(() -> {
            order.add("other");
            return 10 * order.size();
        });

        turns.take(2);

        assertThat(order).containsExactly("one", "other", "one", "other", "one", "other");
        assertThat(one.median()).isEqualTo((3 + 5) / 2.0);
        assertThat(other).hasToString("50.0 (40.0 to 60.0)");
    }
}
