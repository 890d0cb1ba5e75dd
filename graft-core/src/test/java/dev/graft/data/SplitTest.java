package dev.graft.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SplitTest {
    @Test
    void takesTheShareOfEachLabel() {
        Split split = Split.byLabel(both(rows(200, "a"), rows(50, "b"), rows(5, "c"), rows(4, "d")), 0.1, 7);

        assertThat(split.dev()).extracting(Row::label).containsOnly("a", "b", "c");
        assertThat(count(split.dev(), "a")).isEqualTo(20);
        assertThat(count(split.dev(), "b")).isEqualTo(5);
        assertThat(count(split.dev(), "c")).isEqualTo(1);
        assertThat(split.train()).hasSize(259 - 26).doesNotContainAnyElementsOf(split.dev());
    }

    @Test
    void doesNotDependOnTheOrderOfTheFile() {
        List<Row> rows = both(rows(100, "a"), rows(100, "b"));
        List<Row> shuffled = new ArrayList<>(rows);
        Collections.shuffle(shuffled, new Random(1));

        assertThat(Split.byLabel(shuffled, 0.1, 7).dev())
                .containsExactlyInAnyOrderElementsOf(Split.byLabel(rows, 0.1, 7).dev());
    }

    @Test
    void movesFewRowsWhenRowsAreAdded() {
        List<Row> before = Split.byLabel(rows(1000, "a"), 0.1, 7).dev();
        List<Row> after = Split.byLabel(rows(1100, "a"), 0.1, 7).dev();

        assertThat(after).hasSize(110);
        assertThat(before.stream().filter(after::contains).count()).isGreaterThanOrEqualTo(90);
    }

    @Test
    void followsTheSeed() {
        List<Row> rows = rows(500, "a");

        assertThat(Split.plain(rows, 0.1, 7)).isEqualTo(Split.plain(rows, 0.1, 7));
        assertThat(Split.plain(rows, 0.1, 8).dev())
                .isNotEqualTo(Split.plain(rows, 0.1, 7).dev());
    }

    @Test
    void keepsEqualTextsTogether() {
        List<Row> once = rows(100, "a");
        List<Row> again = once.stream()
                .map(row -> new Row(row.line() + 1000, row.text() + " ", null, row.line() % 2 == 0 ? "a" : "b"))
                .toList();
        Split split = Split.byLabel(both(once, again), 0.1, 7);

        assertThat(split.dev()).isNotEmpty();
        assertThat(split.train().stream().map(row -> row.text().strip()))
                .doesNotContainAnyElementsOf(
                        split.dev().stream().map(row -> row.text().strip()).toList());
    }

    @Test
    void leavesAClassOfOneTextInTraining() {
        List<Row> same = IntStream.range(0, 30)
                .mapToObj(i -> new Row(i, "same", null, "z"))
                .toList();
        Split split = Split.byLabel(both(rows(30, "a"), same), 0.1, 7);

        assertThat(count(split.train(), "z")).isEqualTo(30);
        assertThat(count(split.dev(), "a")).isEqualTo(3);
    }

    @Test
    void splitsNumbersAlike() {
        List<Row> rows = IntStream.range(0, 100)
                .mapToObj(i -> new Row(i, "text " + i, null, i + ".5"))
                .toList();

        assertThat(Split.plain(rows, 0.1, 7).dev()).hasSize(10);
    }

    @Test
    void refusesTooFewRowsAndStrangeShares() {
        assertThatThrownBy(() -> Split.byLabel(both(rows(3, "a"), rows(2, "b")), 0.1, 7))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("5 rows are too few")
                .hasMessageContaining("--dev");
        assertThatThrownBy(() -> Split.plain(rows(30, "a"), 1.0, 7)).hasMessageContaining("between 0 and 1: 1.0");
    }

    @Test
    void choosesDisjointRowsOneAfterTheOther() {
        List<Row> rows = rows(1000, "a");
        Rows.Choice first = Rows.choose(rows, 600, 3);
        Rows.Choice second = Rows.choose(first.rest(), 100, 3);

        assertThat(first.chosen()).hasSize(600).isSubsetOf(rows);
        assertThat(second.chosen()).hasSize(100).doesNotContainAnyElementsOf(first.chosen());
        assertThat(second.rest()).hasSize(300);
        assertThat(Rows.choose(rows.reversed(), 600, 3).chosen()).containsExactlyInAnyOrderElementsOf(first.chosen());
        assertThat(Rows.choose(rows, 600, 4).chosen()).isNotEqualTo(first.chosen());
        assertThatThrownBy(() -> Rows.choose(rows, 1001, 3)).hasMessage("cannot choose 1001 of 1000 rows");
    }

    @Test
    void fingerprintsContentOnly() {
        Row row = new Row(2, "a", null, "x");

        // printf '\0\0\0\1a\377\377\377\377\0\0\0\1x' | sha256sum
        assertThat(Rows.fingerprint(List.of(row)))
                .isEqualTo("f62c9c1b5af2b952e779cf9346685171890e9209c219245c46bbc6eee6e25591");
        assertThat(Rows.fingerprint(List.of(new Row(9, "a", null, "x")))).isEqualTo(Rows.fingerprint(List.of(row)));
        assertThat(Stream.of(
                                List.of(new Row(2, "a", "", "x")),
                                List.of(new Row(2, "a", null, "y")),
                                List.of(new Row(2, "a", "x", null)),
                                List.of(row, row))
                        .map(Rows::fingerprint)
                        .distinct())
                .hasSize(4)
                .doesNotContain(Rows.fingerprint(List.of(row)));
    }

    private static List<Row> rows(int count, String label) {
        return IntStream.range(0, count)
                .mapToObj(i -> new Row(i, "text " + i + " of " + label, null, label))
                .toList();
    }

    @SafeVarargs
    private static List<Row> both(List<Row>... parts) {
        return Stream.of(parts).flatMap(List::stream).toList();
    }

    private static long count(List<Row> rows, String label) {
        return rows.stream().filter(row -> label.equals(row.label())).count();
    }
}
