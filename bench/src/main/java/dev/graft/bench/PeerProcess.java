package dev.graft.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The Python libraries in a process of their own, which does a round whenever it is told to and waits in between. */
final class PeerProcess implements AutoCloseable {
    private static final Path PEERS = Path.of("bench/peers");
    private static final Path PYTHON = PEERS.resolve(".venv/bin/python");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Process process;
    private final Writer in;
    private final BufferedReader out;
    private final long trained;

    /** Starts a script of that folder and waits until it is ready. */
    PeerProcess(String script, List<String> arguments) throws IOException {
        makeEnvironment();
        List<String> command =
                new ArrayList<>(List.of(PYTHON.toString(), PEERS.resolve(script).toString()));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().remove("GOMP_SPINCOUNT"); // they get their own default
        process = builder.start();
        in = process.outputWriter(StandardCharsets.UTF_8);
        out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        trained = answer().path("trained").asLong();
    }

    /** The pinned libraries, installed on the first use. */
    private static void makeEnvironment() throws IOException {
        if (Files.exists(PYTHON)) {
            return;
        }
        System.err.println("Installing the Python libraries to compare with, a few GB, into " + PEERS.resolve(".venv"));
        run("python3", "-m", "venv", PEERS.resolve(".venv").toString());
        run(
                PYTHON.toString(),
                "-m",
                "pip",
                "install",
                "-q",
                "-r",
                PEERS.resolve("requirements.txt").toString());
    }

    private static void run(String... command) throws IOException {
        try {
            int code = new ProcessBuilder(command).inheritIO().start().waitFor();
            if (code != 0) {
                throw new IOException("'%s' ended with %d".formatted(String.join(" ", command), code));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** The number of scalars that it trains, the head counted. */
    long trained() {
        return trained;
    }

    /** Does one round and gives its examples a second. */
    double round() throws IOException {
        JsonNode answer = work();
        return answer.path("rows").asLong() / answer.path("seconds").asDouble();
    }

    /** Does what it was started for, once, and gives its answer. */
    JsonNode work() throws IOException {
        in.write("round\n");
        in.flush();
        return answer();
    }

    private JsonNode answer() throws IOException {
        String line = out.readLine();
        if (line == null) {
            throw new IOException("the Python process ended; its message stands above");
        }
        return JSON.readTree(line);
    }

    @Override
    public void close() throws IOException {
        in.close();
        process.destroy();
    }
}
