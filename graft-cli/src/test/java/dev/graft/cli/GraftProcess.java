package dev.graft.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A {@code graft} command in a process of its own, because only that can be killed, or run out of something. */
record GraftProcess(List<String> wrapper, List<String> jvmOptions) {
    /** Runs as it is. */
    static GraftProcess plain() {
        return new GraftProcess(List.of(), List.of());
    }

    /** Runs under a limit of the shell's, such as {@code -f 4}. */
    static GraftProcess limited(String limit, String... jvmOptions) {
        return new GraftProcess(
                List.of("/bin/sh", "-c", "ulimit %s && exec \"$@\"".formatted(limit), "sh"), List.of(jvmOptions));
    }

    /** Starts it; errors and output come out as one. */
    Process start(Object... arguments) throws IOException {
        List<String> command = new ArrayList<>(wrapper);
        command.add(ProcessHandle.current().info().command().orElseThrow());
        command.addAll(jvmOptions);
        // A process that may write no file must not fail for the JVM's own statistics.
        command.add("-XX:-UsePerfData");
        command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path")));
        command.add(Graft.class.getName());
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    /** Runs it to its end. */
    CommandTest.Result run(Object... arguments) throws IOException, InterruptedException {
        Process process = start(arguments);
        try {
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new CommandTest.Result(process.waitFor(), output, output);
        } finally {
            process.destroyForcibly();
        }
    }
}
