package dev.graft.hub;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A model on a model hub.
 *
 * @param owner the person or organisation
 * @param name the model
 * @param revision a branch, tag or commit
 */
record HubId(String owner, String name, String revision) {
    private static final Pattern FORM =
            Pattern.compile("([A-Za-z0-9][\\w.-]*)/([A-Za-z0-9][\\w.-]*)(?:@([A-Za-z0-9][\\w./-]*))?");

    /** Reads {@code owner/name} or {@code owner/name@revision}; empty when the text is neither. */
    static Optional<HubId> parse(String text) {
        Matcher match = FORM.matcher(text);
        if (!match.matches() || text.contains("..")) {
            return Optional.empty();
        }
        String revision = match.group(3);
        return Optional.of(new HubId(match.group(1), match.group(2), revision == null ? "main" : revision));
    }

    /** The path of a file of the model below the hub's address. */
    String path(String commit, String file) {
        return owner + "/" + name + "/resolve/" + encode(commit) + "/" + file;
    }

    /** A folder name that no other model and revision has. */
    String folder() {
        return owner + "--" + name + "@" + encode(revision);
    }

    private static String encode(String revision) {
        return URLEncoder.encode(revision, StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return owner + "/" + name + "@" + revision;
    }
}
