package io.github.fusedrnn.peers;

import io.github.fusedrnn.peers.comparison.Library;
import io.github.fusedrnn.peers.comparison.Setup;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Starts the JVMs of the workers, each with the jars of its own library only. */
final class Jvm {
    /** Jars of the comparison itself. */
    private static final List<String> OWN_JARS = List.of("jackson-", "HdrHistogram-", "jspecify-");

    /** The core jar, for {@code CellKind}; the jars of natives are left out unless the library lists them. */
    private static final Pattern CORE = Pattern.compile("fusedrnn-\\d.*");

    private Jvm() {}

    static Process start(Library library, Setup setup, Class<?> main, Path log, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(command(library, setup, main));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(log.toFile());
        builder.environment().putAll(setup.environment());
        return builder.start();
    }

    private static List<String> command(Library library, Setup setup, Class<?> main) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        // The same for all: a collector without threads of its own, and native access, which JDK 24 and later require.
        command.addAll(List.of("-Xmx2g", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED"));
        command.addAll(setup.jvmArguments());
        command.addAll(List.of("-cp", classPath(library), main.getName()));
        return command;
    }

    private static String classPath(Library library) {
        Path own = ownJar();
        List<String> prefixes = new ArrayList<>(library.jars());
        prefixes.addAll(OWN_JARS);
        try (Stream<Path> jars = Files.list(own.resolveSibling("lib"))) {
            String others = jars.filter(jar -> {
                        String name = jar.getFileName().toString();
                        return CORE.matcher(name).matches() || prefixes.stream().anyMatch(name::startsWith);
                    })
                    .sorted()
                    .map(Path::toString)
                    .collect(Collectors.joining(File.pathSeparator));
            return own + File.pathSeparator + others;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The comparison runs from its jar, with the folder lib beside it. */
    private static Path ownJar() {
        Path jar = Path.of(Comparison.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .getPath());
        if (!Files.isRegularFile(jar)) {
            throw new IllegalStateException("class path: " + jar + " (expected: peers.jar, with lib beside it)");
        }
        return jar;
    }
}
