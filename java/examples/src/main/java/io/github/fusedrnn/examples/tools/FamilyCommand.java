package io.github.fusedrnn.examples.tools;

import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.examples.cli.LayerOptions;
import io.github.fusedrnn.examples.cli.Texts;
import io.github.fusedrnn.examples.family.EchoStateNetwork;
import io.github.fusedrnn.examples.family.HopfieldNetwork;
import io.github.fusedrnn.examples.family.MackeyGlass;
import io.github.fusedrnn.examples.family.RegularLanguage;
import io.github.fusedrnn.examples.family.SecondOrderRnn;
import io.github.fusedrnn.examples.family.SequentialCascadedNetwork;
import io.github.fusedrnn.examples.family.StateNetwork;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Demonstrates older and rarer recurrent networks. */
@Command(
        name = "family",
        description = "Demonstrate rarer recurrent networks: recall by a Hopfield network, forecasts by an "
                + "echo state network, recognizers of regular languages.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class FamilyCommand implements Callable<Integer> {
    private static final int PATTERN_UNITS = 200;
    /** Above 1, yet with fading memory: inputs and biases keep the units off the steepest part of tanh. */
    private static final double RADIUS = 1.1;

    private static final int FORECASTS = 50;
    private static final int HORIZON = 84;
    private static final int ASKED_LENGTH = 20;

    @Spec
    private CommandSpec spec;

    @Mixin
    private LayerOptions layers;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Seed of all random numbers. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = "--units",
            paramLabel = "N",
            defaultValue = "400",
            description = "Reservoir units of the echo state network. Default: ${DEFAULT-VALUE}.")
    private int units;

    @Override
    public Integer call() {
        layers.check();
        layers.require(units >= 10, "--units", units, "an integer >= 10");
        PrintWriter out = spec.commandLine().getOut();
        out.println("seed " + seed + ", backend " + Texts.lower(layers.backend()));
        for (int patterns : new int[] {10, 20, 40}) {
            print(
                    "Hopfield network, %d units, %d patterns, each with a tenth of its units flipped: %d " + "recalled",
                    PATTERN_UNITS, patterns, recalled(patterns));
        }
        print(
                "echo state network, %d units, Mackey-Glass forecast %d steps ahead: error %.2e "
                        + "standard deviations",
                units, HORIZON, forecastError(layers.backend()));
        for (RegularLanguage language : RegularLanguage.values()) {
            recognize("second-order network", language, new SecondOrderRnn(2, 4, layers.backend(), seed));
            recognize(
                    "sequential cascaded network",
                    language,
                    new SequentialCascadedNetwork(2, 4, layers.backend(), seed));
        }
        return 0;
    }

    private void print(String format, Object... values) {
        spec.commandLine().getOut().println(String.format(Locale.ROOT, format, values));
        spec.commandLine().getOut().flush();
    }

    private int recalled(int count) {
        SplittableRandom random = new SplittableRandom(seed);
        HopfieldNetwork network = new HopfieldNetwork(PATTERN_UNITS);
        int[][] patterns = new int[count][PATTERN_UNITS];
        for (int[] pattern : patterns) {
            Arrays.setAll(pattern, i -> random.nextBoolean() ? 1 : -1);
            network.store(pattern);
        }
        int recalled = 0;
        for (int[] pattern : patterns) {
            int[] damaged = pattern.clone();
            for (int i = 0; i < PATTERN_UNITS; i += 10) {
                damaged[i + random.nextInt(10)] *= -1;
            }
            if (Arrays.equals(network.recall(damaged, seed), pattern)) {
                recalled++;
            }
        }
        return recalled;
    }

    /** Root of the mean square of errors {@code HORIZON} steps ahead, after 1,000 values each, over the standard deviation of the series. */
    private double forecastError(BackendKind backend) {
        int trained = 4000;
        int observed = 1000;
        double[] series = MackeyGlass.series(trained + FORECASTS * 60 + observed + HORIZON, 1.2);
        double mean = Arrays.stream(series).average().orElseThrow();
        double variance = Arrays.stream(series)
                .map(x -> (x - mean) * (x - mean))
                .average()
                .orElseThrow();
        double sum = 0;
        try (EchoStateNetwork network = new EchoStateNetwork(units, RADIUS, backend, seed)) {
            network.fit(Arrays.copyOf(series, trained), 200, 1e-10);
            for (int i = 0; i < FORECASTS; i++) {
                int from = trained + i * 60;
                network.reset();
                double[] answers = network.forecast(Arrays.copyOfRange(series, from, from + observed), HORIZON);
                double error = answers[HORIZON - 1] - series[from + observed + HORIZON - 1];
                sum += error * error;
            }
        }
        return Math.sqrt(sum / FORECASTS / variance);
    }

    private void recognize(String name, RegularLanguage language, StateNetwork network) {
        try (network) {
            int passes = language.train(network, 1000, seed);
            print(
                    "%s, %s: %s, then %.1f %% of strings of %d symbols right",
                    name,
                    Texts.lower(language).replace('_', ' '),
                    passes < 0
                            ? "strings of up to " + language.trainingLength() + " not learned in 1000 passes"
                            : "all strings of up to " + language.trainingLength() + " learned in " + passes + " passes",
                    100 * language.accuracy(network, ASKED_LENGTH, 1000, seed),
                    ASKED_LENGTH);
        }
    }
}
