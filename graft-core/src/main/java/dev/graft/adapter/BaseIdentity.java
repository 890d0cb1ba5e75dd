package dev.graft.adapter;

import dev.graft.model.Architecture;
import dev.graft.model.Backbone;
import dev.graft.model.Pooling;

/**
 * The base that an adapter belongs to.
 *
 * @param name the name or directory by which it was opened; where a base of that name differs, the fingerprint tells
 * @param family Hugging Face's {@code model_type}
 * @param layers L
 * @param hidden d
 * @param fingerprint {@link Backbone#fingerprint}
 */
public record BaseIdentity(String name, String family, int layers, int hidden, String fingerprint) {
    /** The identity of an open base as an adapter with this pooling uses it. */
    public static BaseIdentity of(String name, Backbone backbone, Pooling pooling) {
        Architecture a = backbone.architecture();
        return new BaseIdentity(name, a.family(), a.layers(), a.hidden(), backbone.fingerprint(pooling));
    }

    void requireSameAs(BaseIdentity open, String adapter) {
        if (!family.equals(open.family) || layers != open.layers || hidden != open.hidden) {
            throw new AdapterException(
                    "%s was trained on %s, but the open base is %s".formatted(adapter, describe(), open.describe()));
        }
        if (!fingerprint.equals(open.fingerprint)) {
            throw new AdapterException(
                    ("%s was trained on other weights of %s: its base has the fingerprint %.12s, the open base %.12s;"
                                    + " open the base that it was trained on")
                            .formatted(adapter, describe(), fingerprint, open.fingerprint));
        }
    }

    private String describe() {
        return "'%s' (%s, %d layers, %d wide)".formatted(name, family, layers, hidden);
    }
}
