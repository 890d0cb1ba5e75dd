package dev.graft;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The rooms of this library and the doors between them, as docs/architecture.md draws them. */
class ArchitectureTest {
    private static final JavaClasses CORE = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.graft");

    /** Which rooms a room may use; the front door, {@code dev.graft} itself, may use all of them. */
    private static final Map<String, Set<String>> MAY_USE = Map.ofEntries(
            Map.entry("tensor", Set.of()),
            Map.entry("weights", Set.of("tensor")),
            Map.entry("text", Set.of()),
            Map.entry("model", Set.of("tensor", "weights")),
            Map.entry("method", Set.of("model", "text", "tensor")),
            Map.entry("task", Set.of("model", "tensor")),
            Map.entry("adapter", Set.of("method", "task", "model", "weights", "tensor")),
            Map.entry("data", Set.of("text", "tensor")),
            Map.entry("train", Set.of("tensor", "weights", "text", "model", "method", "task", "adapter", "data")),
            Map.entry("hub", Set.of("model", "text", "weights", "tensor")));

    /** The folder of all modules; tests run in the folder of theirs. */
    private static final Path PROJECT = Path.of("..");

    private static final int LONGEST_FILE = 500;

    static Set<String> rooms() {
        return MAY_USE.keySet();
    }

    @ParameterizedTest
    @MethodSource("rooms")
    void aRoomUsesOnlyTheRoomsItMay(String room) {
        String[] open = Stream.concat(Stream.of(room), MAY_USE.getOrDefault(room, Set.of()).stream())
                .map(ArchitectureTest::packages)
                .toArray(String[]::new);
        classes()
                .that()
                .resideInAPackage(packages(room))
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(open).or(not(resideInAPackage("dev.graft.."))))
                .allowEmptyShould(true)
                .check(CORE);
    }

    @Test
    void everyClassIsInAKnownRoom() {
        classes()
                .should()
                .resideInAnyPackage(
                        Stream.concat(Stream.of("dev.graft"), rooms().stream().map(ArchitectureTest::packages))
                                .toArray(String[]::new))
                .check(CORE);
    }

    @Test
    void roomsHaveNoCycles() {
        slices().matching("dev.graft.(*)..").should().beFreeOfCycles().check(CORE);
    }

    @Test
    void onlyTheTensorRoomSeesTheNativeEngine() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.graft.tensor..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.bytedeco..")
                .check(CORE);
    }

    @Test
    void namesSayWhatAClassIs() {
        noClasses()
                .should()
                .haveNameMatching(".*(Utils?|Helpers?|Manager|Impl)")
                .orShould()
                .haveNameMatching(".*[.$]Abstract[^.$]*")
                .check(CORE);
    }

    @Test
    void noSourceFileIsTooLongToRead() throws IOException {
        List<Path> tooLong = new ArrayList<>();
        for (Path file : sources()) {
            if (Files.readAllLines(file).size() > LONGEST_FILE) {
                tooLong.add(file);
            }
        }
        assertThat(tooLong).as("files over %d lines", LONGEST_FILE).isEmpty();
    }

    private static List<Path> sources() throws IOException {
        List<Path> sources = new ArrayList<>();
        try (DirectoryStream<Path> modules =
                Files.newDirectoryStream(PROJECT, folder -> Files.isDirectory(folder.resolve("src")))) {
            for (Path module : modules) {
                try (Stream<Path> files = Files.walk(module.resolve("src"))) {
                    files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
                }
            }
        }
        return sources;
    }

    private static String packages(String room) {
        return "dev.graft." + room + "..";
    }
}
