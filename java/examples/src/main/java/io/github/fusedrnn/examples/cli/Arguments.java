package io.github.fusedrnn.examples.cli;

import io.github.fusedrnn.RecurrentBuilder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Checks of a command's arguments; each failure reads {@code name: value (expected: ...)}. */
final class Arguments {
    private Arguments() {}

    static void require(CommandSpec spec, boolean ok, String name, @Nullable Object value, String expected) {
        if (!ok) {
            throw new ParameterException(spec.commandLine(), name + ": " + value + " (expected: " + expected + ")");
        }
    }

    static void requireThreads(CommandSpec spec, int threads) {
        require(
                spec,
                threads >= 1 && threads <= RecurrentBuilder.MAX_THREADS,
                "--threads",
                threads,
                "an integer, 1 to " + RecurrentBuilder.MAX_THREADS);
    }
}
