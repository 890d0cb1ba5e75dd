package dev.graft.adapter;

import dev.graft.model.Activation;
import dev.graft.model.Pooling;
import dev.graft.task.Head;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * transformers' head of a sequence classification in one family.
 *
 * @param pooling what it reads
 * @param dense the module of the layer before the last one; null where there is none
 * @param activation what stands behind that layer; null where there is none
 * @param last the module of the last layer
 */
record Classifier(
        Pooling pooling, @Nullable String dense, @Nullable Activation activation, String last) {
    /** BERT's one layer on the pooler. */
    static final Classifier ON_THE_POOLER = new Classifier(Pooling.POOLER, null, null, "classifier");

    /** Two layers within one module, on the first position. */
    static Classifier ofTwoLayers(Activation activation) {
        return new Classifier(Pooling.CLS, "classifier.dense", activation, "classifier.out_proj");
    }

    /** Whether it computes what a head does. */
    boolean computes(Pooling read, Head head) {
        return read == pooling
                && head.activation() == activation
                && head.normEpsilon() == null
                && head.scale() == 1
                && head.shift() == 0;
    }

    /** The names of the head's parameters. */
    List<String> parameters() {
        return dense == null
                ? List.of(Head.WEIGHT, Head.BIAS)
                : List.of(Head.DENSE_WEIGHT, Head.DENSE_BIAS, Head.WEIGHT, Head.BIAS);
    }

    /** The layer before the last one, where there is one. */
    Optional<String> hidden() {
        return Optional.ofNullable(dense);
    }

    /** What transformers calls a parameter of the head. */
    String nameOf(String parameter) {
        return parameter.startsWith("head.dense")
                ? parameter.replace("head.dense", String.valueOf(dense))
                : parameter.replace("head", last);
    }

    /** The modules of the model that make it up. */
    List<String> modules() {
        return Stream.concat(hidden().stream(), Stream.of(last))
                .map(module -> module.split("\\.")[0])
                .distinct()
                .toList();
    }
}
