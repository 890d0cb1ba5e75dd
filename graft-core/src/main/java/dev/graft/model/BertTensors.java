package dev.graft.model;

import dev.graft.tensor.DType;
import dev.graft.tensor.Device;
import dev.graft.weights.TensorSource;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The tensors of a BERT by canonical name, and what Hugging Face calls them. */
final class BertTensors {
    private static final String FAMILY_PREFIX = "bert.";

    private final BertConfig config;
    private final TensorSource source;
    private final BaseTensors base;
    private final Fingerprint fingerprint;

    BertTensors(BertConfig config, TensorSource source, Pooling pooling, DType dtype, Device device) {
        this.config = config;
        this.source = source;
        this.base = new BaseTensors(dtype, device);
        this.fingerprint = new Fingerprint("bert", config.heads());
        try {
            readAll(pooling);
        } catch (RuntimeException e) {
            base.close();
            throw e;
        }
    }

    BaseTensors base() {
        return base;
    }

    Fingerprint fingerprint() {
        return fingerprint;
    }

    private void readAll(Pooling pooling) {
        long d = config.hidden();
        long f = config.ffn();
        read("embedding.word.weight", config.vocabulary(), d);
        read("embedding.position.weight", config.positions(), d);
        read("embedding.type.weight", config.types(), d);
        readNorm("embedding.norm", d);
        for (int i = 0; i < config.layers(); i++) {
            for (String role : List.of("query", "key", "value", "output")) {
                readLinear("layer." + i + ".attention." + role, d, d);
            }
            readNorm("layer." + i + ".attention.norm", d);
            readLinear("layer." + i + ".ffn.up", f, d);
            readLinear("layer." + i + ".ffn.down", d, f);
            readNorm("layer." + i + ".ffn.norm", d);
        }
        if (pooling == Pooling.POOLER) {
            readLinear("pooler", d, d);
        }
    }

    private void readLinear(String name, long out, long in) {
        read(name + ".weight", out, in);
        read(name + ".bias", out);
    }

    private void readNorm(String name, long size) {
        read(name + ".weight", size);
        read(name + ".bias", size);
    }

    private void read(String name, long... shape) {
        String sourceName = find(name);
        if (sourceName == null) {
            throw new ModelException(
                    "%s: no tensor '%s', which a BERT of %d layers needs; the file holds %d tensors, such as '%s'"
                            .formatted(
                                    source.file(),
                                    huggingFaceName(name),
                                    config.layers(),
                                    source.tensors().size(),
                                    source.tensors().isEmpty()
                                            ? ""
                                            : source.tensors().getFirst().name()));
        }
        base.read(source, sourceName, name, Arrays.stream(shape).boxed().toList());
        fingerprint.add(source, sourceName, name);
    }

    /** Files hold the names with or without the family's prefix. */
    private @Nullable String find(String name) {
        String plain = huggingFaceName(name);
        if (source.contains(plain)) {
            return plain;
        }
        return source.contains(FAMILY_PREFIX + plain) ? FAMILY_PREFIX + plain : null;
    }

    static String huggingFaceName(String name) {
        if (name.startsWith("layer.")) {
            int end = name.indexOf('.', "layer.".length());
            return "encoder." + name.substring(0, end) + "." + withinLayer(name.substring(end + 1));
        }
        return name.replace("embedding.word.", "embeddings.word_embeddings.")
                .replace("embedding.position.", "embeddings.position_embeddings.")
                .replace("embedding.type.", "embeddings.token_type_embeddings.")
                .replace("embedding.norm.", "embeddings.LayerNorm.")
                .replace("pooler.", "pooler.dense.");
    }

    private static String withinLayer(String name) {
        return name.replace("attention.query.", "attention.self.query.")
                .replace("attention.key.", "attention.self.key.")
                .replace("attention.value.", "attention.self.value.")
                .replace("attention.output.", "attention.output.dense.")
                .replace("attention.norm.", "attention.output.LayerNorm.")
                .replace("ffn.up.", "intermediate.dense.")
                .replace("ffn.down.", "output.dense.")
                .replace("ffn.norm.", "output.LayerNorm.");
    }
}
