package dev.graft.hub;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.graft.tensor.Tensor;
import dev.graft.weights.SafetensorsWriter;
import dev.graft.weights.TensorInfo;
import dev.graft.weights.TensorSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Writes a base as a directory in Hugging Face layout, so that other programs load the very same weights: {@code config.json},
 * {@code model.safetensors} and the tokenizer. How texts are pooled is added to the configuration as {@code graft_pooling}.
 */
public final class BaseExport {
    private static final JsonMapper JSON = new JsonMapper();

    /** By transformers' key, what the families call their special tokens. */
    private static final Map<String, List<String>> SPECIAL_TOKENS = Map.of(
            "unk_token", List.of("[UNK]", "<unk>"),
            "sep_token", List.of("[SEP]", "</s>"),
            "pad_token", List.of("[PAD]", "<pad>"),
            "cls_token", List.of("[CLS]", "<s>"),
            "mask_token", List.of("[MASK]", "<mask>"));

    private BaseExport() {}

    /**
     * Writes the directory, whole or not at all.
     *
     * @param directory absent, or empty
     * @throws HubException where it holds something or cannot be written
     */
    public static void write(BaseFiles base, Path directory) {
        write(base, directory, Map.of(), written -> {});
    }

    /**
     * Writes the directory with other values in some tensors and more beside them, whole or not at all.
     *
     * @param directory absent, or empty
     * @param changed by Hugging Face's name without the family's prefix
     * @param beside adds what else belongs there; the files that it is given lie where they are written first
     * @throws HubException where it holds something or cannot be written
     */
    public static void write(BaseFiles base, Path directory, Map<String, Tensor> changed, Consumer<BaseFiles> beside) {
        refuseWhereSomethingIs(directory);
        Path target = directory.toAbsolutePath().normalize();
        Path work = target.resolveSibling("." + target.getFileName() + ".part");
        try {
            CacheSlot.clear(work);
            Files.createDirectories(work);
            try {
                beside.accept(fill(base, work, changed));
                Files.deleteIfExists(target);
                Files.move(work, target, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                CacheSlot.clear(work);
            }
        } catch (IOException | UncheckedIOException e) {
            throw new HubException(target + ": the base cannot be written there: " + e, e);
        }
    }

    /**
     * Checks a place before the work of writing to it.
     *
     * @throws HubException where it holds something
     */
    public static void refuseWhereSomethingIs(Path directory) {
        Path target = directory.toAbsolutePath().normalize();
        try {
            if (Files.exists(target) && !isEmptyDirectory(target)) {
                throw new HubException(target + " exists already; choose a new directory");
            }
        } catch (IOException e) {
            throw new HubException(target + ": cannot be looked into: " + e, e);
        }
    }

    private static boolean isEmptyDirectory(Path path) throws IOException {
        if (!Files.isDirectory(path)) {
            return false;
        }
        try (var entries = Files.list(path)) {
            return entries.findAny().isEmpty();
        }
    }

    private static BaseFiles fill(BaseFiles base, Path work, Map<String, Tensor> changed) throws IOException {
        ObjectNode config = (ObjectNode) JSON.readTree(Files.readAllBytes(base.config()));
        config.put("graft_pooling", base.pooling().name());
        Files.writeString(work.resolve("config.json"), config.toPrettyString() + "\n");
        String tokenizer = base.tokenizer().getFileName().toString();
        Files.copy(base.tokenizer(), work.resolve(tokenizer));
        Path settings = base.tokenizer().resolveSibling("tokenizer_config.json");
        if (Files.exists(settings)) {
            Files.copy(settings, work.resolve("tokenizer_config.json"));
        } else {
            Files.writeString(work.resolve("tokenizer_config.json"), tokenizerConfig(base.tokenizer(), config));
        }
        Path weights = work.resolve("model.safetensors");
        try (TensorSource source = TensorSource.open(base.weights())) {
            SafetensorsWriter.copy(
                    source, weights, Map.of("format", "pt"), BaseExport::isWeight, asNamedIn(source, changed));
        }
        return new BaseFiles(
                base.name(), work.resolve("config.json"), weights, work.resolve(tokenizer), base.pooling());
    }

    /** The same tensors by their names in a file, which may put the family's prefix before all of them. */
    private static Map<String, Tensor> asNamedIn(TensorSource source, Map<String, Tensor> changed) {
        Map<String, Tensor> named = new HashMap<>();
        changed.forEach((name, value) -> {
            List<String> names = source.tensors().stream()
                    .map(TensorInfo::name)
                    .filter(other -> other.equals(name) || other.endsWith("." + name))
                    .toList();
            if (names.size() != 1) {
                throw new HubException(
                        "%s: there must be one tensor %s to change: %s".formatted(source.file(), name, names));
            }
            named.put(names.getFirst(), value);
        });
        return named;
    }

    /** Says which class of transformers reads the tokenizer; a vocabulary alone is lower-cased, as Graft reads it. */
    private static String tokenizerConfig(Path tokenizer, ObjectNode config) throws IOException {
        ObjectNode json = JSON.createObjectNode();
        if (tokenizer.endsWith("tokenizer.json")) {
            json.put("tokenizer_class", "PreTrainedTokenizerFast");
            Set<String> special = new HashSet<>();
            JSON.readTree(Files.readAllBytes(tokenizer))
                    .path("added_tokens")
                    .forEach(token -> special.add(token.path("content").asText()));
            SPECIAL_TOKENS.forEach((key, tokens) ->
                    tokens.stream().filter(special::contains).findFirst().ifPresent(token -> json.put(key, token)));
        } else {
            json.put("tokenizer_class", "BertTokenizer").put("do_lower_case", true);
        }
        json.put("model_max_length", longestText(config));
        return json.toPrettyString() + "\n";
    }

    /** RoBERTa's positions begin behind the padding's id. */
    private static int longestText(ObjectNode config) {
        int positions = config.path("max_position_embeddings").asInt(512);
        boolean counted = config.path("model_type").asText().equals("roberta");
        return counted ? positions - config.path("pad_token_id").asInt(1) - 1 : positions;
    }

    /** An exported graph also holds constants, which are nobody's weights. */
    private static boolean isWeight(TensorInfo tensor) {
        return tensor.dtype().isFloating()
                && (tensor.name().endsWith(".weight") || tensor.name().endsWith(".bias"));
    }
}
