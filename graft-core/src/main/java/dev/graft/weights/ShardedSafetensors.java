package dev.graft.weights;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A model in several safetensors files, with the index that says which tensor lies in which
 * ({@code model.safetensors.index.json}: {@code {"metadata": {...}, "weight_map": {"name": "file"}}}).
 */
final class ShardedSafetensors implements CatalogSource {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /** Ten times the index of the largest public models; the tree of it must fit into the memory. */
    private static final long MAX_INDEX_BYTES = 32L << 20;

    private record Entry(TensorInfo info, SafetensorsFile shard) implements Catalog.Entry {}

    private final Catalog<Entry> catalog;
    private final Map<String, String> metadata;

    private ShardedSafetensors(Catalog<Entry> catalog, Map<String, String> metadata) {
        this.catalog = catalog;
        this.metadata = metadata;
    }

    static ShardedSafetensors open(Path index) {
        JsonNode json = parse(index);
        JsonNode weightMap = json.path("weight_map");
        if (!weightMap.isObject()) {
            throw new WeightsException(
                    index, "has no \"weight_map\": it is not the index of a sharded safetensors model");
        }
        Map<String, SafetensorsFile> shards = new HashMap<>();
        Map<String, Entry> entries = new LinkedHashMap<>();
        weightMap.properties().forEach(line -> {
            String name = line.getKey();
            SafetensorsFile shard =
                    shards.computeIfAbsent(line.getValue().asText(), shardName -> openShard(index, name, shardName));
            if (!shard.contains(name)) {
                throw new WeightsException(
                        index,
                        "tensor '%s' is not in its shard %s; download both again"
                                .formatted(name, shard.file().getFileName()));
            }
            entries.put(name, new Entry(shard.info(name), shard));
        });
        Map<String, String> metadata = new LinkedHashMap<>();
        json.path("metadata")
                .properties()
                .forEach(line -> metadata.put(line.getKey(), line.getValue().asText()));
        return new ShardedSafetensors(new Catalog<>(index, entries), Map.copyOf(metadata));
    }

    private static JsonNode parse(Path index) {
        try {
            if (Files.size(index) > MAX_INDEX_BYTES) {
                throw new WeightsException(
                        index,
                        "an index of %d bytes is over the limit of %d".formatted(Files.size(index), MAX_INDEX_BYTES));
            }
            return JSON.readTree(Files.readAllBytes(index));
        } catch (JsonProcessingException e) {
            throw new WeightsException(index, "is not valid JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new WeightsException(index, "cannot be read: " + e, e);
        }
    }

    private static SafetensorsFile openShard(Path index, String tensor, String shardName) {
        // A shard lies beside its index; a path in its name would let a downloaded index read any file.
        if (shardName.isEmpty() || shardName.contains("/") || shardName.contains("\\") || shardName.contains("\0")) {
            throw new WeightsException(
                    index,
                    "the shard of tensor '%s' must be the name of a file beside the index: '%s'"
                            .formatted(tensor, shardName));
        }
        Path shard = index.resolveSibling(shardName);
        if (!Files.isRegularFile(shard)) {
            throw new WeightsException(
                    index,
                    "shard %s with tensor '%s' is missing; download it into the same directory"
                            .formatted(shardName, tensor));
        }
        if (FileFormat.of(shard) != FileFormat.SAFETENSORS) {
            throw new WeightsException(shard, "is a shard of %s but not safetensors".formatted(index.getFileName()));
        }
        return SafetensorsFile.open(shard);
    }

    @Override
    public Catalog<Entry> catalog() {
        return catalog;
    }

    @Override
    public ByteBuffer bytes(String name) {
        return catalog.get(name).shard().bytes(name);
    }

    @Override
    public Map<String, String> metadata() {
        return metadata;
    }

    @Override
    public void close() {
        catalog.entries().values().forEach(entry -> entry.shard().close());
    }
}
