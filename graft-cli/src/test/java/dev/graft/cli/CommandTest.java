package dev.graft.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.graft.testing.TinyBase;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** What tests of commands share: a folder with a tiny base and a few rows, and commands run in this process. */
class CommandTest {
    @TempDir
    Path folder;

    Path base;
    Path data;

    @BeforeEach
    void writeBaseAndRows() throws IOException {
        base = folder.resolve("base");
        TinyBase.write(base, 1);
        data = write("films.csv", "text,label\n" + rows(60));
    }

    /** Films that are good or bad. */
    static String rows(int count) {
        List<String> words = List.of("good", "bad", "great", "awful");
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < count; i++) {
            String word = words.get(i % words.size());
            rows.append("\"the ")
                    .append(word)
                    .append(" film")
                    .append(" a".repeat(i % 13))
                    .append("\",");
            rows.append(i % 2 == 0 ? "praise" : "blame").append('\n');
        }
        return rows.toString();
    }

    Path write(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content);
    }

    /** What a command did. */
    record Result(int exitCode, String out, String err) {
        JsonNode json() throws IOException {
            return new ObjectMapper().readTree(out);
        }
    }

    static Result run(Object... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        List<String> words = new ArrayList<>();
        for (Object argument : arguments) {
            words.add(argument.toString());
        }
        int exitCode =
                Graft.commandLine(new PrintWriter(out), new PrintWriter(err)).execute(words.toArray(String[]::new));
        return new Result(exitCode, out.toString(), err.toString());
    }

    /** Trains on the tiny base. */
    Result train(Object... more) {
        List<Object> arguments = new ArrayList<>(List.of("train", "--base", base, "--batch", "8"));
        arguments.addAll(List.of(more));
        return run(arguments.toArray());
    }

    Path trained() {
        Path adapter = folder.resolve("adapter");
        Result result = train("--data", data, "--out", adapter, "--epochs", "3", "--lr", "0.01");
        if (result.exitCode() != 0) {
            throw new AssertionError(result.err());
        }
        return adapter;
    }
}
