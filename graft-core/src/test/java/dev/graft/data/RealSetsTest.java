package dev.graft.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.graft.testing.Shared;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The data sets beside the project, with the numbers of rows that their sources state. */
class RealSetsTest {
    @ParameterizedTest
    @CsvSource({
        "glue/SST-2/train_full.tsv,67349,2",
        "glue/SST-2/dev.tsv,872,2",
        "banking77/train.csv,10003,77",
        "banking77/test.csv,3080,77",
        "glue/MRPC/msr-para-train.tsv,3576,2",
        "glue/RTE/train.tsv,2490,2",
        "multidomain-sentiment/books/train.tsv,1700,2",
        "multidomain-sentiment/books/dev.tsv,300,2",
        "multidomain-sentiment/dvd/train.tsv,1700,2",
        "multidomain-sentiment/electronics/train.tsv,1700,2",
        "multidomain-sentiment/kitchen/train.tsv,1700,2",
        "fewglue/CB/train.jsonl,32,3",
        "fewglue/BoolQ/train.jsonl,32,2",
    })
    void readsSetsWithNamedColumns(String file, int rows, int labels) {
        List<Row> read = Rows.readLabelled(Shared.require("data/" + file), Columns.GUESS);

        assertThat(read).hasSize(rows);
        assertThat(read.stream().map(Row::label).distinct()).hasSize(labels);
    }

    @Test
    void keepsTheQuotesOfMrpcAndReadsBothTexts() {
        List<Row> rows = Rows.readLabelled(Shared.require("data/glue/MRPC/msr-para-train.tsv"), Columns.GUESS);

        assertThat(rows.getFirst().text()).startsWith("Amrozi accused his brother, whom he called \"the witness\",");
        assertThat(rows.getFirst().pair()).startsWith("Referring to him as only \"the witness\",");
        assertThat(rows.getFirst().label()).isEqualTo("1");
    }

    @Test
    void takesOffTheQuotesOfBooks() {
        List<Row> rows = Rows.readLabelled(Shared.require("data/multidomain-sentiment/books/train.tsv"), Columns.GUESS);

        assertThat(rows.getFirst().text())
                .startsWith("Horrible book, horrible.\n\tTHis book")
                .endsWith("my life");
        assertThat(rows.get(1).line()).isGreaterThan(3);
    }

    @Test
    void readsColaByNumber() {
        List<Row> rows =
                Rows.readLabelled(Shared.require("data/glue/CoLA/in_domain_train.tsv"), new Columns("4", null, "2"));

        assertThat(rows).hasSize(8551);
        assertThat(rows.getFirst())
                .isEqualTo(new Row(
                        1, "Our friends won't buy this analysis, let alone the next one we propose.", null, "1"));
    }

    @Test
    void readsStsByNumber() {
        Path file = Shared.require("data/glue/STS-B/train.tsv");

        assertThat(Rows.readLabelled(file, new Columns("8", "9", "10")))
                .hasSize(4249)
                .startsWith(new Row(1, "A plane is taking off.", "An air plane is taking off.", "5.000"));
        assertThatThrownBy(() -> Rows.readLabelled(file, Columns.GUESS))
                .hasMessageContaining("cannot tell which column holds the text");
    }

    @Test
    void refusesTheLatin1OfTrec() {
        assertThatThrownBy(() -> Rows.readAll(Shared.require("data/sent-conv/TREC.train.all"), Columns.GUESS))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("line 66: byte 0xF0 at offset 3173 is not UTF-8 text");
    }
}
