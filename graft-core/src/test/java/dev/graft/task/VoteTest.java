package dev.graft.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class VoteTest {
    private static final Task CLASSES = new Classification(List.of("a", "b", "c"));
    private static final Task SETS = new MultiLabel(List.of("a", "b", "c"));

    @Test
    void theLabelOfTheMostWinsAgainstALouderMinority() {
        Prediction vote = vote(CLASSES, new double[] {9, 0, 0}, new double[] {0, 0.1, 0}, new double[] {0, 0.2, 0});
        assertThat(vote.label()).isEqualTo("b");
        assertThat(vote.scores().get("a")).isGreaterThan(0.5);
        assertThat(vote.scores().values().stream().mapToDouble(x -> x).sum()).isCloseTo(1, within(1e-12));
        assertThat(vote.scores().keySet()).containsExactly("a", "b", "c");
    }

    @Test
    void equalVotesAreDecidedByTheScores() {
        assertThat(vote(CLASSES, new double[] {1, 0, 0}, new double[] {0, 0, 2}).label())
                .isEqualTo("c");
        assertThat(vote(CLASSES, new double[] {2, 0, 0}, new double[] {0, 0, 1}).label())
                .isEqualTo("a");
        assertThat(vote(CLASSES, new double[] {0, 0, 1}, new double[] {1, 0, 0}).label())
                .isEqualTo("a");
    }

    @Test
    void aLabelOfASetNeedsMoreThanHalf() {
        assertThat(vote(SETS, new double[] {1, 1, -1}, new double[] {1, -1, -1}, new double[] {-1, 1, 1})
                        .label())
                .isEqualTo("a|b");
        assertThat(vote(SETS, new double[] {1, -1, -1}, new double[] {-1, -1, -1})
                        .label())
                .isEmpty();
    }

    @Test
    void numbersAreAveraged() {
        assertThat(vote(new Regression(), new double[] {1}, new double[] {4}).label())
                .isEqualTo("2.5");
    }

    private static Prediction vote(Task task, double[]... outputs) {
        return Vote.of(
                task, Stream.of(outputs).map(one -> Outputs.predict(task, one)).toList());
    }
}
