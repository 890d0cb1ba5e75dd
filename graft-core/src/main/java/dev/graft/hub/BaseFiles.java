package dev.graft.hub;

import dev.graft.model.Pooling;
import java.nio.file.Path;

/**
 * The files of a base, all of them on this machine.
 *
 * @param name what the base was asked for: a built-in name, a folder, or a model hub's id
 * @param config {@code config.json} with the family's keys as Hugging Face writes them
 * @param weights a {@code .safetensors} file, the {@code .safetensors.index.json} of its shards, an {@code .onnx} file,
 *     or the {@code .index} of a TensorFlow bundle
 * @param tokenizer {@code tokenizer.json} or {@code vocab.txt}
 * @param pooling how the base's hidden states become one vector
 */
public record BaseFiles(String name, Path config, Path weights, Path tokenizer, Pooling pooling) {
    /** The same files, pooled in another way: an adapter knows what its head reads. */
    public BaseFiles pooledBy(Pooling other) {
        return new BaseFiles(name, config, weights, tokenizer, other);
    }
}
