package io.github.fusedrnn.benchmarks;

import io.github.fusedrnn.BackendStatus;
import io.github.fusedrnn.Backends;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The environment that results depend on, besides the code that is timed. */
final class Environment {
    private Environment() {}

    /** Machine, JVM, commit, and the details of each backend (instruction set, library versions), in print order. */
    static Map<String, String> describe() {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("date", Instant.now().toString());
        all.put("cpu", cpu());
        all.put("processors", String.valueOf(Runtime.getRuntime().availableProcessors()));
        all.put("os", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        all.put("jvm", System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
        all.put("commit", commit());
        all.put("libraries", libraries());
        for (BackendStatus backend : Backends.report()) {
            backend.details().forEach((name, value) -> all.put(backend.kind() + ": " + name, value));
        }
        return all;
    }

    private static String cpu() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("model name"))
                    .findFirst()
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .orElse("unknown");
        } catch (IOException e) {
            return "unknown";
        }
    }

    /** The jars beside the benchmarks' jar; their names contain the versions. */
    private static String libraries() {
        String first = System.getProperty("java.class.path").split(File.pathSeparator)[0];
        try (Stream<Path> jars = Files.list(Path.of(first).resolveSibling("lib"))) {
            return jars.map(jar -> jar.getFileName().toString()).sorted().collect(Collectors.joining(" "));
        } catch (IOException e) {
            return "unknown";
        }
    }

    /** The commit of the current working tree; "unknown" outside of one. */
    private static String commit() {
        try {
            Process git = new ProcessBuilder("git", "describe", "--always", "--dirty")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String name = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return git.waitFor(10, TimeUnit.SECONDS) && git.exitValue() == 0 ? name : "unknown";
        } catch (IOException e) {
            return "unknown";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "unknown";
        }
    }
}
