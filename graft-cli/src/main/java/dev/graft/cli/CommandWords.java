package dev.graft.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;

/** Commands as a person can paste them into a shell. */
final class CommandWords {
    private CommandWords() {}

    /** A call of Graft with these arguments. */
    static String of(String... arguments) {
        return Stream.concat(Stream.of(Console.program()), Stream.of(arguments))
                .map(CommandWords::quoted)
                .collect(Collectors.joining(" "));
    }

    /** The running command once more, with one more option. */
    static String again(CommandSpec spec, String option) {
        List<String> words =
                new ArrayList<>(spec.root().commandLine().getParseResult().originalArgs());
        words.remove(option);
        words.add(option);
        return of(words.toArray(String[]::new));
    }

    private static String quoted(String word) {
        return word.matches("[\\w@%+=:,./-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
