package dev.graft.model;

import dev.graft.tensor.DType;
import dev.graft.tensor.Device;
import dev.graft.weights.TensorSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the tensors of a post-norm encoder, each once, however many layers share it. */
final class EncoderTensors {
    private final EncoderFamily family;
    private final TensorSource source;
    private final BaseTensors base;
    private final Fingerprint fingerprint;

    EncoderTensors(EncoderFamily family, TensorSource source, Pooling pooling, DType dtype, Device device) {
        this.family = family;
        this.source = source;
        this.base = new BaseTensors(dtype, device);
        this.fingerprint = new Fingerprint(family.identity());
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
        EncoderSizes sizes = family.sizes();
        read(family.embedding());
        for (int i = 0; i < sizes.layers(); i++) {
            readLayer("layer." + i, family.tensorsOf(i));
        }
        if (pooling == Pooling.POOLER) {
            if (!family.hasPooler()) {
                throw new ModelException(
                        "the family %s has no pooler; pool its states by cls or mean".formatted(family.name()));
            }
            read(new Shapes().linear("pooler", sizes.hidden(), sizes.hidden()));
        }
        if (pooling == Pooling.MASK) {
            if (find(Backbone.WORD_BIAS) == null) {
                throw new ModelException(
                        "%s: no tensor '%s', so no masked-LM head; a template with [MASK] needs a checkpoint that was saved with one (a generator, where the family has generators)"
                                .formatted(source.file(), family.huggingFaceName(Backbone.WORD_BIAS)));
            }
            read(new Shapes()
                    .linear(Role.MASKED_LM.path(), sizes.embedding(), sizes.hidden())
                    .norm(PostNormEncoder.MASKED_LM_NORM.path(), sizes.embedding())
                    .vector(Backbone.WORD_BIAS, sizes.vocabulary()));
        }
    }

    private void readLayer(String layer, String owner) {
        Shapes shapes = PostNormLayers.shapes(owner, family.sizes());
        if (!base.contains(owner + ".ffn.norm.bias")) {
            read(shapes);
        }
        if (!layer.equals(owner)) {
            shapes.byName().keySet().forEach(name -> base.share(layer + name.substring(owner.length()), name));
        }
    }

    private void read(Shapes shapes) {
        shapes.byName().forEach(this::read);
    }

    private void read(String name, List<Long> shape) {
        String sourceName = find(name);
        if (sourceName == null) {
            throw new ModelException(
                    "%s: no tensor '%s', which a %s of %d layers needs; the file holds %d tensors, such as '%s'"
                            .formatted(
                                    source.file(),
                                    family.huggingFaceName(name),
                                    family.name(),
                                    family.sizes().layers(),
                                    source.tensors().size(),
                                    source.tensors().isEmpty()
                                            ? ""
                                            : source.tensors().getFirst().name()));
        }
        base.read(source, sourceName, name, shape);
        fingerprint.add(source, sourceName, name);
    }

    /** Files hold the names with or without the family's prefix. */
    private @Nullable String find(String name) {
        String plain = family.huggingFaceName(name);
        if (source.contains(plain)) {
            return plain;
        }
        return source.contains(family.prefix() + plain) ? family.prefix() + plain : null;
    }
}
