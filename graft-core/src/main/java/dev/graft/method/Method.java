package dev.graft.method;

import dev.graft.model.Architecture;
import dev.graft.model.Delta;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A parameter-efficient method: a configuration record that turns into deltas placed on sites. It knows no backbone;
 * what it needs of one is in its {@link Architecture}. Records are immutable and validate what they are given.
 */
public interface Method {
    /** The name on the command line, in JSON and in files. */
    String name();

    /** The four axes and the start, in a few words each for a table. */
    Axes axes();

    /**
     * The deltas, freshly initialised. Where the configuration leaves a size open, it follows from the architecture.
     *
     * @throws IllegalArgumentException where a target matches nothing, naming what exists
     */
    List<Delta> deltas(Architecture base, Initializer start);

    /**
     * The method whose deltas compute the same from what an adapter's file holds: this one, unless it trains through a network
     * that is of no use afterwards ({@link Reparameterized}).
     */
    default Method stored() {
        return this;
    }

    /** The number of scalars that train, the head left out: the closed formula that the deltas must agree with. */
    long parameters(Architecture base);

    /**
     * Whether tensors of the base can take up every delta of every configuration ({@link Delta#merge}), where no layers share
     * them.
     */
    default boolean merges() {
        return false;
    }

    /** How many positions of the base its deltas take from every text. */
    default int takenPositions() {
        return 0;
    }

    /** How each text is written for the base, in {@link dev.graft.text.Template}'s form; null for as it is. */
    default @Nullable String template() {
        return null;
    }

    /** A learning rate to start from. */
    double learningRate(Architecture base);

    /** A learning rate for the head, where the method's own would not suit it. */
    default double headLearningRate(Architecture base) {
        return learningRate(base);
    }
}
