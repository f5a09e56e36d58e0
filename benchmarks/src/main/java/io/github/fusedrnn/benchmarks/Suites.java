package io.github.fusedrnn.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.openjdk.jmh.Main;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Defaults;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;

/** JMH's main with its options; adds the environment to a JSON result. */
public final class Suites {
    private Suites() {}

    /** Runs JMH, which exits the process itself if a benchmark fails. */
    public static void main(String[] args) throws IOException, CommandLineOptionException {
        CommandLineOptions options = new CommandLineOptions(args);
        boolean json = options.getResultFormat().orElse(Defaults.RESULT_FORMAT) == ResultFormatType.JSON;
        Path file = Path.of(options.getResult().orElse(Defaults.RESULT_FILE_PREFIX + ".json"));
        if (json) {
            Files.deleteIfExists(file); // a file that exists afterwards is from this run
        }
        Main.main(args);
        if (json && Files.exists(file)) {
            ResultFile.addEnvironment(file);
        }
    }
}
