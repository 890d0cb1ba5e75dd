package dev.graft.testing;

import dev.graft.hub.BaseFiles;
import dev.graft.hub.Hub;
import dev.graft.hub.HubException;
import org.junit.jupiter.api.Assumptions;

/** Real bases for tests, from the user's cache, fetched on first use. */
public final class Bases {
    private Bases() {}

    /** The files of a built-in base; the calling test is skipped, with the reason, where it cannot be had. */
    public static BaseFiles require(String name) {
        try {
            return Hub.standard().resolve(name);
        } catch (HubException e) {
            Assumptions.abort("skipped: " + e.getMessage());
            throw e;
        }
    }
}
