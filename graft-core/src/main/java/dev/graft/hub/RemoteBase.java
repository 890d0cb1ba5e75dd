package dev.graft.hub;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Downloads the files of one model of a model hub, all from one commit. */
final class RemoteBase {
    private static final JsonMapper JSON = new JsonMapper();
    /** A shard's name comes from the network: it must not lead out of the folder. */
    private static final Pattern SHARD = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*\\.safetensors");

    private static final String INDEX = "model.safetensors.index.json";

    private final HubId id;
    private final Endpoint endpoint;
    private final Downloader downloader;

    RemoteBase(HubId id, Endpoint endpoint, Downloader downloader) {
        this.id = id;
        this.endpoint = endpoint;
        this.downloader = downloader;
    }

    void download(Path work) throws IOException {
        String commit = pin(work);
        if (!has(work, commit, "tokenizer.json")) {
            require(work, commit, "vocab.txt", "neither tokenizer.json nor vocab.txt");
            has(work, commit, "tokenizer_config.json");
        }
        has(work, commit, "1_Pooling/config.json");
        if (!has(work, commit, "model.safetensors")) {
            require(work, commit, INDEX, "no model.safetensors; other formats are not fetched, so convert it first");
            for (String shard : shards(work.resolve(INDEX))) {
                require(work, commit, shard, "no " + shard + ", which " + INDEX + " names");
            }
        }
    }

    /** Fetches config.json and the commit it came from, and clears what an earlier try took from another one. */
    private String pin(Path work) throws IOException {
        Path config = work.resolve("config.json");
        Path pinned = work.resolve("commit.txt");
        Files.deleteIfExists(config);
        Downloader.Fetched fetched = downloader
                .fetch(id.path(id.revision(), "config.json"), config)
                .orElseThrow(() -> new HubException("no model " + id + " with a config.json at " + endpoint
                        + " (404); check the spelling of owner, name and revision"));
        String commit =
                fetched.commit().filter(text -> text.matches("[0-9a-f]{40}")).orElse(id.revision());
        if (Files.exists(pinned) && !Files.readString(pinned).equals(commit)) {
            byte[] kept = Files.readAllBytes(config);
            CacheSlot.clear(work);
            Files.createDirectories(work);
            Files.write(config, kept);
        }
        Files.writeString(pinned, commit);
        return commit;
    }

    private boolean has(Path work, String commit, String file) throws IOException {
        Path target = work.resolve(file);
        if (Files.exists(target)) {
            return true;
        }
        Files.createDirectories(target.getParent());
        return downloader.fetch(id.path(commit, file), target).isPresent();
    }

    private void require(Path work, String commit, String file, String complaint) throws IOException {
        if (!has(work, commit, file)) {
            throw new HubException("the model " + id + " at " + endpoint + " has " + complaint);
        }
    }

    private Set<String> shards(Path index) throws IOException {
        Set<String> shards = new TreeSet<>();
        try {
            for (JsonNode shard : JSON.readTree(Files.readAllBytes(index)).path("weight_map")) {
                if (!SHARD.matcher(shard.asText()).matches()) {
                    throw new HubException(id + ": " + INDEX + " names a file that is no shard: " + shard);
                }
                shards.add(shard.asText());
            }
        } catch (JsonProcessingException e) {
            throw new HubException(id + ": " + INDEX + " is not JSON: " + e.getOriginalMessage(), e);
        }
        return shards;
    }
}
