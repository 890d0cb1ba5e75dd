package dev.graft.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Rows of a JSONL file: one object per line, whose top-level fields are the columns. */
final class JsonlReader implements RowReader {
    /** Enough to meet fields that only some rows have. */
    private static final int SAMPLED_ROWS = 100;

    private static final ObjectReader JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build()
            .reader();

    private final String source;
    private final NumberedLines lines;
    private final Layout layout;

    JsonlReader(BufferedReader reader, Sample sample, String source, Columns request) {
        this.source = source;
        this.lines = new NumberedLines(reader, source);
        this.layout = layout(sample, request);
    }

    @Override
    public Layout layout() {
        return layout;
    }

    @Override
    public boolean hasNext() {
        return lines.hasNext();
    }

    @Override
    public Row next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        String line = lines.next();
        JsonNode object = parse(line, lines.number());
        String text = text(object, layout.text());
        if (text == null) {
            throw DataException.at(source, lines.number(), "has no field \"" + layout.text() + "\", expected its text");
        }
        return Row.of(lines.number(), text, text(object, layout.pair()), label(object));
    }

    @Override
    public void close() {
        lines.close();
    }

    private Layout layout(Sample sample, Columns request) {
        List<JsonNode> objects = new ArrayList<>();
        List<String> head = sample.head().lines().toList();
        boolean cut = !sample.whole() && head.size() > 1;
        for (int i = 0; i < head.size() - (cut ? 1 : 0) && objects.size() < SAMPLED_ROWS; i++) {
            if (!head.get(i).isBlank()) {
                objects.add(parse(head.get(i), i + 1));
            }
        }
        Set<String> names = new LinkedHashSet<>();
        objects.forEach(object -> object.fieldNames().forEachRemaining(names::add));
        List<List<String>> values = objects.stream()
                .map(object ->
                        names.stream().map(name -> object.path(name).asText()).toList())
                .toList();
        return ColumnGuess.layout(source, List.copyOf(names), values, request, true);
    }

    private JsonNode parse(String line, long number) {
        JsonNode node;
        try {
            node = JSON.readTree(line);
        } catch (JsonProcessingException e) {
            throw DataException.at(
                    source,
                    number,
                    "is not a JSON object: " + e.getOriginalMessage()
                            + ". Each line must hold one whole object; jq -c . FILE > FILE.jsonl writes it so");
        } catch (IOException e) {
            throw DataException.reading(source, e);
        }
        if (!node.isObject()) {
            throw DataException.at(
                    source,
                    number,
                    "is a JSON " + kind(node) + ", expected one object per line, like {\"text\": ..., \"label\": ...};"
                            + " jq -c '.[]' FILE > FILE.jsonl turns an array of objects into that");
        }
        return node;
    }

    private @Nullable String text(JsonNode object, @Nullable String name) {
        JsonNode value = name == null ? null : object.get(name);
        if (value == null || value.isNull()) {
            return null;
        }
        if (!value.isValueNode()) {
            throw DataException.at(
                    source, lines.number(), "field \"" + name + "\" is a JSON " + kind(value) + ", expected a text");
        }
        return value.asText();
    }

    private @Nullable String label(JsonNode object) {
        JsonNode value = layout.label() == null ? null : object.get(layout.label());
        return value != null && value.isArray() ? value.toString() : text(object, layout.label());
    }

    private static String kind(JsonNode node) {
        return node.getNodeType().toString().toLowerCase(Locale.ROOT);
    }
}
