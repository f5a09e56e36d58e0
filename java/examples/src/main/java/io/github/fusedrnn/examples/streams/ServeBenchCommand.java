package io.github.fusedrnn.examples.streams;

import io.github.fusedrnn.RecurrentLayer;
import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.examples.cli.LayerOptions;
import io.github.fusedrnn.examples.cli.Texts;
import io.github.fusedrnn.examples.training.LossCurve;
import io.github.fusedrnn.examples.training.TrainingOptions;
import io.github.fusedrnn.stream.StreamPool;
import io.github.fusedrnn.stream.metrics.HdrStreamMetrics;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures the latencies of a pool of streams under an open load, and of as many threads that step one stream at a time. */
@Command(
        name = "serve-bench",
        description = {
            "Send requests to a pool of streams at random times, whether it keeps up or not "
                    + "(open loop), and print throughput, latencies from the intended arrival on, and "
                    + "batch sizes;",
            "then send the same load to as many threads that step one stream at a time."
        },
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class ServeBenchCommand implements Callable<Integer> {
    /** The largest batch of a pool. */
    private static final int LARGEST_BATCH = 4096;
    /** A minute. */
    private static final long LONGEST_WAIT = 60_000_000;

    private static final double[] PERCENTILES = {50, 99, 99.9, 99.99};

    @Spec
    private CommandSpec spec;

    @Mixin
    private LayerOptions place;

    @Option(names = "--cell", defaultValue = "lstm", description = "rnn, lstm or gru. Default: ${DEFAULT-VALUE}.")
    private CellKind cell;

    @Option(names = "--input", defaultValue = "64", description = "Input size. Default: ${DEFAULT-VALUE}.")
    private int input;

    @Option(names = "--hidden", defaultValue = "128", description = "Units. Default: ${DEFAULT-VALUE}.")
    private int hidden;

    @Option(names = "--streams", defaultValue = "10000", description = "Streams. Default: ${DEFAULT-VALUE}.")
    private int streams;

    @Option(
            names = "--rate",
            defaultValue = "20000",
            description = "Requests per second over all streams. Default: ${DEFAULT-VALUE}.")
    private double rate;

    @Option(
            names = "--seconds",
            defaultValue = "5",
            description = "Duration of the measurement. Default: ${DEFAULT-VALUE}.")
    private double seconds;

    @Option(
            names = "--warm-up",
            defaultValue = "2",
            description = "Seconds of warm-up with the same load. Default: ${DEFAULT-VALUE}.")
    private double warmUp;

    @Option(names = "--batch", defaultValue = "128", description = "Maximum batch size. Default: ${DEFAULT-VALUE}.")
    private int batch;

    @Option(
            names = "--wait",
            defaultValue = "1000",
            description = "Maximum batch wait, in microseconds. Default: ${DEFAULT-VALUE}.")
    private long wait;

    @Option(
            names = "--queue",
            defaultValue = "16384",
            description = "Capacity of the request queue. Default: ${DEFAULT-VALUE}.")
    private int queue;

    @Option(
            names = "--seed",
            defaultValue = "1",
            description = "Seed of weights and arrivals. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = "--picture",
            paramLabel = "FILE",
            description = "Plot the latencies by percentile to this file, .svg or .png.")
    private @Nullable Path picture;

    @Override
    public Integer call() throws IOException {
        check();
        PrintWriter out = spec.commandLine().getOut();
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("", "answered/s", "p50", "p99", "p99.9", "p99.99", "max, ms", "rejected"));
        LossCurve curve = new LossCurve(
                        Texts.format("%s H = %d, %d streams, %.0f requests/s", cell, hidden, streams, rate),
                        "nines: 2 = 99 %, 3 = 99.9 %",
                        "latency, ms")
                .logarithmic();
        try (RecurrentLayer layer = LayerOptions.cell(cell, input, hidden)
                .backend(place.backend())
                .seed(seed)
                .build()) {
            out.println(Texts.format(
                    "%s, input %d, %d units, backend %s; %d streams, %.0f requests/s for %.1f s, %d "
                            + "thread(s), maximum batch %d, maximum wait %d us",
                    cell,
                    input,
                    hidden,
                    Texts.lower(layer.backend()),
                    streams,
                    rate,
                    seconds,
                    place.threads(),
                    batch,
                    wait));
            HdrStreamMetrics metrics = new HdrStreamMetrics();
            StreamPool pool = StreamPool.builder(layer)
                    .workers(place.threads())
                    .streams(Math.max(streams, batch * place.threads()))
                    .largestBatch(batch)
                    .longestWait(Duration.ofNanos(wait * 1000))
                    .queue(queue)
                    .metrics(metrics)
                    .build();
            measure("pool", new PoolServer(pool), metrics::interval, rows, curve);
            HdrStreamMetrics.Interval interval = metrics.interval();
            measure("one by one", new OneByOneServer(layer, place.threads(), streams, queue), () -> {}, rows, curve);
            out.print(Texts.table(1, rows));
            out.println(Texts.format(
                    "batch wait: p50 %.3f ms, p99 %.3f ms (maximum %.3f ms)",
                    interval.waitNanos().getValueAtPercentile(50) / 1e6,
                    interval.waitNanos().getValueAtPercentile(99) / 1e6,
                    wait / 1e3));
            out.print(batchSizes(interval.batchSizes()));
        }
        if (picture != null) {
            curve.write(picture);
            out.println("picture: " + picture);
        }
        return 0;
    }

    private void check() {
        place.check();
        place.requirePositive("--input", input);
        place.requirePositive("--hidden", hidden);
        place.requirePositive("--streams", streams);
        place.require(rate > 0 && Double.isFinite(rate), "--rate", rate, "a number > 0");
        place.require(seconds > 0 && seconds <= 86_400, "--seconds", seconds, "a number > 0, at most a day");
        place.require(warmUp >= 0 && warmUp <= 86_400, "--warm-up", warmUp, "a number >= 0, at most a day");
        place.require(batch >= 1 && batch <= LARGEST_BATCH, "--batch", batch, "an integer, 1 to " + LARGEST_BATCH);
        place.require(wait >= 0 && wait <= LONGEST_WAIT, "--wait", wait, "an integer, 0 to " + LONGEST_WAIT);
        place.requirePositive("--queue", queue);
        place.require(
                picture == null || (LossCurve.supports(picture) && TrainingOptions.canWrite(picture)),
                "--picture",
                picture,
                "a .svg or .png file in an existing, writable folder");
    }

    private void measure(String name, StepServer server, Runnable warm, List<List<String>> rows, LossCurve curve) {
        try (server) {
            OpenLoop load = new OpenLoop(streams, rate, input, hidden, seed);
            if (warmUp > 0) {
                load.run(server, warmUp);
            }
            warm.run();
            OpenLoop.Outcome outcome = load.run(server, seconds);
            Histogram latencies = outcome.latencies();
            List<String> row = new ArrayList<>(List.of(name, Texts.format("%.0f", outcome.perSecond())));
            for (double percentile : PERCENTILES) {
                row.add(Texts.format("%.3f", latencies.getValueAtPercentile(percentile) / 1e6));
            }
            row.add(Texts.format("%.3f", latencies.getMaxValue() / 1e6));
            row.add(Long.toString(outcome.rejected()));
            rows.add(row);
            for (int i = 0; i <= 40 && latencies.getTotalCount() > 0; i++) {
                double nines = i / 10.0;
                double percentile = 100 * (1 - Math.pow(10, -nines));
                curve.add(name, nines, Math.max(1, latencies.getValueAtPercentile(percentile)) / 1e6);
            }
        }
    }

    /** How many batches were of which size, by powers of two. */
    private static String batchSizes(Histogram sizes) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("streams per batch", "batches", "share of steps"));
        double steps = sizes.getMean() * sizes.getTotalCount();
        for (long from = 1; from <= sizes.getMaxValue(); from *= 2) {
            long to = 2 * from - 1;
            long batches = 0;
            double inThem = 0;
            for (var value : sizes.recordedValues()) {
                if (value.getValueIteratedTo() >= from && value.getValueIteratedTo() <= to) {
                    batches += value.getCountAtValueIteratedTo();
                    inThem += (double) value.getCountAtValueIteratedTo() * value.getValueIteratedTo();
                }
            }
            rows.add(List.of(
                    from == to ? "" + from : from + " to " + to,
                    Long.toString(batches),
                    Texts.format("%.1f %%", steps == 0 ? 0 : 100 * inThem / steps)));
        }
        return Texts.table(1, rows) + Texts.format("mean %.1f%n", sizes.getMean());
    }
}
