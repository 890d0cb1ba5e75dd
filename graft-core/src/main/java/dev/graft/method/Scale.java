package dev.graft.method;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;

/** What a change is multiplied by: a number that stays, or a scale that trains. As text {@code 2}, {@code learned}, {@code channel}. */
public sealed interface Scale {
    /**
     * Reads {@link #json}'s form, or the same as text.
     *
     * @throws IllegalArgumentException where it is none of these
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static Scale of(JsonNode json) {
        String text = json.asText();
        for (Learned learned : Learned.values()) {
            if (learned.json().equals(text.toLowerCase(Locale.ROOT))) {
                return learned;
            }
        }
        try {
            return new Fixed(Double.parseDouble(text));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("scale must be a number, learned or channel: " + text, e);
        }
    }

    /** As JSON has it: a number or a word. */
    @JsonValue
    Object json();

    /**
     * How a change of d channels joins.
     *
     * @param site the path of the place, after which a trained scale is named: {@code <site>.scale}
     */
    Join join(String site, int d, Initializer start);

    /** The number of scalars that train, for d channels. */
    long parameters(int d);

    /**
     * A number that does not train.
     *
     * @param factor the number
     */
    record Fixed(double factor) implements Scale {
        public Fixed {
            if (!Double.isFinite(factor) || factor == 0) {
                throw new IllegalArgumentException("scale must be a number other than 0: " + factor);
            }
        }

        @Override
        public Object json() {
            return factor;
        }

        @Override
        public Join join(String site, int d, Initializer start) {
            return new Scaled(factor);
        }

        @Override
        public long parameters(int d) {
            return 0;
        }
    }

    /** Trained, from one on. */
    enum Learned implements Scale {
        /** One number. */
        LEARNED,
        /** One for each channel. */
        CHANNEL;

        @Override
        public Object json() {
            return name().toLowerCase(Locale.ROOT);
        }

        @Override
        public Join join(String site, int d, Initializer start) {
            return new LearnedScale(start.ones(site + ".scale", false, parameters(d)));
        }

        @Override
        public long parameters(int d) {
            return this == CHANNEL ? d : 1;
        }
    }
}
