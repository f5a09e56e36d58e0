package io.github.fusedrnn.peers.comparison;

import java.util.List;
import java.util.Map;

/**
 * One way to run a library, in its own process.
 *
 * @param threads threads that it may use, 1 or 2
 * @param variant one word that tells it from the library's other setup with the same number of threads; empty for the default
 * @param environment additional environment variables of its process
 * @param jvmArguments additional arguments of its JVM
 */
public record Setup(int threads, String variant, Map<String, String> environment, List<String> jvmArguments) {
    /** Copies. */
    public Setup {
        environment = Map.copyOf(environment);
        jvmArguments = List.copyOf(jvmArguments);
    }

    /** A setup of a library whose number of threads is set in code only. */
    public static Setup of(int threads) {
        return new Setup(threads, "", Map.of(), List.of());
    }
}
