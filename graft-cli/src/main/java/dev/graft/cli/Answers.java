package dev.graft.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import dev.graft.data.Row;
import dev.graft.task.MultiLabel;
import dev.graft.task.Prediction;
import dev.graft.task.Regression;
import dev.graft.task.Task;
import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Writes predictions, one per row, in the order of the rows. */
interface Answers {
    /** Writes what comes before the first row. */
    void begin() throws IOException;

    void write(Row row, Prediction prediction) throws IOException;

    /** @param pairs whether rows have two texts */
    static Answers to(Writer writer, AnswerFormat format, Task task, boolean pairs) throws IOException {
        return switch (format) {
            case CSV -> new Csv(writer, task, pairs);
            case JSONL -> new Jsonl(writer, task);
            case TABLE -> new ForPeople(writer, task);
        };
    }

    /** The text, the label, and a column for each label's probability; for regression the text and the value. */
    final class Csv implements Answers {
        private final CsvWriter csv;
        private final Task task;
        private final boolean pairs;

        private Csv(Writer writer, Task task, boolean pairs) {
            // A field buffer of the library's would be flushed only at its end.
            this.csv = CsvWriter.builder()
                    .bufferSize(0)
                    .lineDelimiter(LineDelimiter.LF)
                    .build(writer);
            this.task = task;
            this.pairs = pairs;
        }

        @Override
        public void begin() {
            List<String> header = new ArrayList<>();
            header.add("text");
            if (pairs) {
                header.add("pair");
            }
            if (task instanceof Regression) {
                header.add("value");
            } else {
                header.add("label");
                task.labels().forEach(label -> header.add("p(" + label + ")"));
            }
            csv.writeRecord(header);
        }

        @Override
        public void write(Row row, Prediction prediction) {
            List<String> record = new ArrayList<>();
            record.add(row.text());
            if (pairs) {
                record.add(row.pair() == null ? "" : row.pair());
            }
            record.add(prediction.label());
            if (!(task instanceof Regression)) {
                prediction.scores().values().forEach(score -> record.add(number(score)));
            }
            csv.writeRecord(record);
        }

        private static String number(double probability) {
            return String.format(Locale.ROOT, "%.6f", probability);
        }
    }

    /** One object a line. */
    final class Jsonl implements Answers {
        private final JsonGenerator json;
        private final Task task;

        private Jsonl(Writer writer, Task task) throws IOException {
            this.json = new JsonFactory()
                    .createGenerator(writer)
                    .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)
                    .setPrettyPrinter(new MinimalPrettyPrinter(""));
            this.task = task;
        }

        @Override
        public void begin() {}

        @Override
        public void write(Row row, Prediction prediction) throws IOException {
            json.writeStartObject();
            json.writeStringField("text", row.text());
            if (row.pair() != null) {
                json.writeStringField("pair", row.pair());
            }
            switch (task) {
                case Regression regression ->
                    json.writeNumberField("value", prediction.scores().getOrDefault("value", Double.NaN));
                case MultiLabel multiLabel -> {
                    json.writeArrayFieldStart("labels");
                    for (String label : prediction.label().split("\\|")) {
                        if (!label.isEmpty()) {
                            json.writeString(label);
                        }
                    }
                    json.writeEndArray();
                    writeProbabilities(prediction);
                }
                default -> {
                    json.writeStringField("label", prediction.label());
                    writeProbabilities(prediction);
                }
            }
            json.writeEndObject();
            json.writeRaw('\n');
            json.flush();
        }

        private void writeProbabilities(Prediction prediction) throws IOException {
            json.writeObjectFieldStart("probabilities");
            for (Map.Entry<String, Double> score : prediction.scores().entrySet()) {
                json.writeNumberField(score.getKey(), Math.round(score.getValue() * 1e6) / 1e6);
            }
            json.writeEndObject();
        }
    }

    /** The likeliest labels, and the beginning of the text. */
    final class ForPeople implements Answers {
        private static final int LABELS_SHOWN = 3;

        private final Writer writer;
        private final Task task;

        private ForPeople(Writer writer, Task task) {
            this.writer = writer;
            this.task = task;
        }

        @Override
        public void begin() {}

        @Override
        public void write(Row row, Prediction prediction) throws IOException {
            writer.write(shortened(row.text()) + "\n  " + answer(prediction) + "\n");
        }

        private String answer(Prediction prediction) {
            if (task instanceof Regression) {
                return String.format(Locale.ROOT, "%.4f", prediction.scores().getOrDefault("value", Double.NaN));
            }
            String likeliest = prediction.scores().entrySet().stream()
                    .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
                    .limit(LABELS_SHOWN)
                    .map(score -> String.format(Locale.ROOT, "%s %.3f", score.getKey(), score.getValue()))
                    .collect(Collectors.joining(", "));
            String label = prediction.label().isEmpty() ? "none" : prediction.label();
            return label + "  (" + likeliest + ")";
        }

        private static String shortened(String text) {
            String line = text.replaceAll("\\s+", " ");
            int width = Console.width();
            return line.codePointCount(0, line.length()) <= width
                    ? line
                    : line.substring(0, line.offsetByCodePoints(0, width - 3)) + "...";
        }
    }
}
