package dev.graft.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Rows of a JSONL file: one object per line, whose top-level fields are the columns. */
final class JsonlReader implements RowReader {
    private static final int MOST_ROWS_AHEAD = 100;
    private static final long MOST_CHARACTERS_AHEAD = 1 << 20;

    private static final ObjectReader JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build()
            .reader();

    private final String source;
    private final NumberedLines lines;
    private final Queue<Parsed> ahead = new ArrayDeque<>();
    private final Layout layout;

    private record Parsed(long line, int length, JsonNode object) {}

    JsonlReader(BufferedReader reader, String source, Columns request) {
        this.source = source;
        this.lines = new NumberedLines(reader, source);
        this.layout = layout(request);
    }

    @Override
    public Layout layout() {
        return layout;
    }

    @Override
    public boolean hasNext() {
        return !ahead.isEmpty() || lines.hasNext();
    }

    @Override
    public Row next() {
        Parsed parsed = ahead.isEmpty() ? parseNext() : ahead.remove();
        String text = text(parsed, layout.text());
        if (text == null) {
            throw DataException.at(source, parsed.line(), "has no field \"" + layout.text() + "\", expected its text");
        }
        return Row.of(parsed.line(), text, text(parsed, layout.pair()), label(parsed));
    }

    @Override
    public void close() {
        lines.close();
    }

    /** Reads the first rows ahead, fewer where they are long, to meet fields that only some rows have. */
    private Layout layout(Columns request) {
        long characters = 0;
        while (ahead.size() < MOST_ROWS_AHEAD && characters < MOST_CHARACTERS_AHEAD && lines.hasNext()) {
            Parsed parsed = parseNext();
            characters += parsed.length();
            ahead.add(parsed);
        }
        Set<String> names = new LinkedHashSet<>();
        ahead.forEach(parsed -> parsed.object().fieldNames().forEachRemaining(names::add));
        List<List<String>> values = ahead.stream()
                .map(parsed -> names.stream()
                        .map(name -> parsed.object().path(name).asText())
                        .toList())
                .toList();
        return ColumnGuess.layout(source, List.copyOf(names), values, request, true);
    }

    private Parsed parseNext() {
        String line = lines.next();
        return new Parsed(lines.number(), line.length(), parse(line, lines.number()));
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

    private @Nullable String text(Parsed parsed, @Nullable String name) {
        JsonNode value = name == null ? null : parsed.object().get(name);
        if (value == null || value.isNull()) {
            return null;
        }
        if (!value.isValueNode()) {
            throw DataException.at(
                    source, parsed.line(), "field \"" + name + "\" is a JSON " + kind(value) + ", expected a text");
        }
        return value.asText();
    }

    private @Nullable String label(Parsed parsed) {
        JsonNode value = layout.label() == null ? null : parsed.object().get(layout.label());
        return value != null && value.isArray() ? value.toString() : text(parsed, layout.label());
    }

    private static String kind(JsonNode node) {
        return node.getNodeType().toString().toLowerCase(Locale.ROOT);
    }
}
