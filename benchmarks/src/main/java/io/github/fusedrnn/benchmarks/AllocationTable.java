package io.github.fusedrnn.benchmarks;

import java.nio.file.Path;
import java.util.Collection;
import java.util.Locale;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Prints the allocations of calls, for every cell: Java heap bytes and native bytes. Inference guarantees zero of both after its first call.
 *
 * <p>{@code java -cp benchmarks/target/benchmarks.jar io.github.fusedrnn.benchmarks.AllocationTable [results.json]}
 */
public final class AllocationTable {
    private AllocationTable() {}

    /** Runs {@link AllocationBenchmark} and prints its table; with an argument, also writes JMH's results to that file. */
    public static void main(String[] args) throws Exception {
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include("\\." + AllocationBenchmark.class.getSimpleName() + "\\.")
                .addProfiler(GCProfiler.class)
                .verbosity(VerboseMode.SILENT);
        if (args.length > 0) {
            options.resultFormat(ResultFormatType.JSON).result(args[0]);
        }
        print(run(options));
        if (args.length > 0) {
            ResultFile.addEnvironment(Path.of(args[0]));
        }
    }

    private static Collection<RunResult> run(ChainedOptionsBuilder options) throws RunnerException {
        return new Runner(options.build()).run();
    }

    private static void print(Collection<RunResult> results) {
        System.out.printf(
                Locale.ROOT,
                "%-5s %-9s %7s %16s %18s %20s%n",
                "cell",
                "path",
                "threads",
                "heap bytes/call",
                "native bytes live",
                "added since call 1");
        for (RunResult result : results) {
            BenchmarkParams params = result.getParams();
            System.out.printf(
                    Locale.ROOT,
                    "%-5s %-9s %7s %16.2f %18.0f %20.0f%n",
                    params.getParam("cell"),
                    params.getParam("path"),
                    params.getParam("threads"),
                    secondary(result, "gc.alloc.rate.norm"),
                    secondary(result, "liveBytes"),
                    secondary(result, "grownBytes"));
        }
    }

    private static double secondary(RunResult result, String name) {
        Result<?> found = result.getSecondaryResults().get(name);
        return found == null ? Double.NaN : found.getScore();
    }
}
