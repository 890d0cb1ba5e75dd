package dev.graft.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.graft.data.Row;
import dev.graft.data.Split;
import dev.graft.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * One relation of PARAREL (Elazar et al. 2021, arXiv 2102.01017): facts, and ways to say them.
 *
 * @param name Wikidata's number, such as P36
 * @param templates the hand-written patterns, the relation's own first
 * @param facts subject and object, whose objects are words of the base
 * @param train facts to learn from
 * @param dev facts to choose the epoch by
 * @param test facts to judge by
 */
record Relation(String name, List<String> templates, List<Row> facts, List<Row> train, List<Row> dev, List<Row> test) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final double TEST_SHARE = 0.3;
    private static final double DEV_SHARE = 0.15;

    /** Reads a relation and splits its facts by the hash of their subjects. */
    static Relation read(Path pararel, String name, Tokenizer tokenizer, long seed) throws IOException {
        List<String> templates = new ArrayList<>();
        for (String line : Files.readAllLines(pararel.resolve("patterns").resolve(name + ".jsonl"))) {
            templates.add(template(JSON.readTree(line).required("pattern").asText()));
        }
        List<Row> facts = new ArrayList<>();
        int number = 0;
        for (String line : Files.readAllLines(pararel.resolve("trex_lms_vocab").resolve(name + ".jsonl"))) {
            JsonNode fact = JSON.readTree(line);
            number++;
            List<Integer> object =
                    tokenizer.idsOf(" " + fact.required("obj_label").asText());
            if (object.size() == 1) {
                facts.add(new Row(
                        number, fact.required("sub_label").asText(), null, tokenizer.tokenOf(object.getFirst())));
            }
        }
        Split unseen = Split.plain(facts, TEST_SHARE, seed);
        Split seen = Split.plain(unseen.train(), DEV_SHARE, seed + 1);
        return new Relation(name, templates, facts, seen.train(), seen.dev(), unseen.dev());
    }

    private static String template(String pattern) {
        return pattern.replace("[X]", "{text}").replace("[Y]", "[MASK]");
    }

    /** The object that most training facts have. */
    String majority() {
        return train.stream()
                .map(fact -> Objects.requireNonNull(fact.label()))
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()))
                .entrySet()
                .stream()
                .max(Map.Entry.comparingByValue())
                .orElseThrow()
                .getKey();
    }
}
