package dev.graft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.graft.adapter.Adapter;
import dev.graft.data.Columns;
import dev.graft.data.Row;
import dev.graft.data.Rows;
import dev.graft.task.Prediction;
import dev.graft.testing.Bases;
import dev.graft.train.TrainingListener;
import dev.graft.train.TrainingSettings;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's example of the Java API, as it stands there. */
class ReadmeExampleTest {
    @TempDir
    Path directory;

    @Test
    void trainsKeepsAndUsesAnAdapter() {
        Bases.require("minilm");
        Path data = Path.of("../examples/tickets.csv");
        Path out = directory.resolve("tickets");

        try (Base base = Base.open("minilm")) {
            List<Row> rows = Rows.readLabelled(data, Columns.GUESS);
            TrainingPlan plan = TrainingPlan.of(rows).withSettings(TrainingSettings.DEFAULT.withEpochs(4));
            try (Training training = base.prepare(plan);
                    Training.Outcome outcome = training.run(TrainingListener.SILENT, out)) {
                outcome.save();
            }

            try (Adapter tickets = base.load(out)) {
                List<Prediction> predictions =
                        base.predict(tickets, "You charged my credit card twice for the same invoice.");
                assertThat(predictions.getFirst().label()).isEqualTo("billing");
            }
        }
    }
}
