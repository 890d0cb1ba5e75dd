package dev.graft.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Where a command prints. Results go to standard output; with {@code --json} that is one JSON value alone, and everything told
 * to people goes to standard error.
 */
final class Console {
    /** What the launcher found out, see bin/launch.sh: the numbers of the standard streams that are terminals. */
    private static final String TERMINALS = System.getProperty("graft.terminals", "");

    private static final int USUAL_WIDTH = 100;

    @Option(names = "--json", description = "Print the result as JSON for programs.")
    private boolean json;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @SuppressWarnings("NullAway.Init") // picocli fills in the specification
    Console() {}

    /** How the user called Graft, for messages that name a command. */
    static String program() {
        return System.getProperty("graft.command", "graft");
    }

    static boolean readsTerminal() {
        return TERMINALS.contains("0");
    }

    static boolean printsToTerminal() {
        return TERMINALS.contains("1");
    }

    static boolean reportsToTerminal() {
        return TERMINALS.contains("2");
    }

    /** How many characters a line may have. */
    static int width() {
        String columns = System.getProperty("graft.columns", "");
        return columns.matches("[1-9][0-9]{1,3}") ? Integer.parseInt(columns) : USUAL_WIDTH;
    }

    boolean json() {
        return json;
    }

    /** The writer of results. */
    PrintWriter out() {
        return spec.commandLine().getOut();
    }

    /** The writer of news. */
    PrintWriter err() {
        return spec.commandLine().getErr();
    }

    /** Tells a person something. */
    void say(String line) {
        PrintWriter writer = json ? err() : out();
        writer.println(line);
        writer.flush();
    }

    void say(List<String> lines) {
        lines.forEach(this::say);
    }

    /** Prints the result for a program. */
    void print(JsonNode result) {
        ObjectMapper mapper =
                JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
        try {
            out().println(mapper.writeValueAsString(result));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
        out().flush();
    }
}
