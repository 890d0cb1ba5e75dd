package dev.graft.bench.golden;

import dev.graft.model.Activation;
import dev.graft.model.Pooling;
import dev.graft.tensor.Functions;
import dev.graft.tensor.Tensor;
import dev.graft.weights.TensorSource;
import java.util.Locale;

/** transformers' head of a sequence classification, family by family. */
enum SequenceHead {
    BERT(Pooling.POOLER, "", Activation.LINEAR, "classifier"),
    ALBERT(Pooling.POOLER, "", Activation.LINEAR, "classifier"),
    ROBERTA(Pooling.CLS, "classifier.dense", Activation.TANH, "classifier.out_proj"),
    ELECTRA(Pooling.CLS, "classifier.dense", Activation.GELU, "classifier.out_proj"),
    DISTILBERT(Pooling.CLS, "pre_classifier", Activation.RELU, "classifier");

    private final Pooling pooling;
    private final String inner;
    private final Activation activation;
    private final String outer;

    SequenceHead(Pooling pooling, String inner, Activation activation, String outer) {
        this.pooling = pooling;
        this.inner = inner;
        this.activation = activation;
        this.outer = outer;
    }

    /** The head of a family that is built. */
    static SequenceHead of(String family) {
        return valueOf(family.toUpperCase(Locale.ROOT));
    }

    /** What it reads. */
    Pooling pooling() {
        return pooling;
    }

    /** [B, d] to [B, C] with the tensors of a base's file. */
    Tensor apply(Tensor pooled, TensorSource source) {
        Tensor hidden = inner.isEmpty() ? pooled : activation.apply(linear(pooled, inner, source)); // [B, d]
        return linear(hidden, outer, source);
    }

    private static Tensor linear(Tensor x, String name, TensorSource source) {
        return Functions.linear(x, source.read(name + ".weight"), source.read(name + ".bias"));
    }
}
