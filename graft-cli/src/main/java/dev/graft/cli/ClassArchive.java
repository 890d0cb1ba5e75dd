package dev.graft.cli;

import java.io.File;
import java.io.IOException;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/**
 * Loads every class of the class path and ends, for {@code java -XX:ArchiveClassesAtExit}: with the archive that this leaves, a
 * later start need not read and check five thousand classes again. {@code bin/launch.sh} runs it after a build.
 */
final class ClassArchive {
    private static final String SUFFIX = ".class";

    private ClassArchive() {}

    public static void main(String[] arguments) throws IOException {
        for (String jar : System.getProperty("java.class.path").split(File.pathSeparator)) {
            try (JarFile file = new JarFile(jar);
                    Stream<JarEntry> entries = file.stream()) {
                entries.map(JarEntry::getName)
                        .filter(name -> name.endsWith(SUFFIX) && !name.startsWith("META-INF/"))
                        .forEach(ClassArchive::load);
            }
        }
    }

    private static void load(String entry) {
        String name = entry.substring(0, entry.length() - SUFFIX.length()).replace('/', '.');
        try {
            Class.forName(name, false, ClassLoader.getSystemClassLoader());
        } catch (ClassNotFoundException | LinkageError e) {
            // It builds on a library that its jar can do without, and so can we.
        }
    }
}
