package io.github.fusedrnn.examples.sequence;

import io.github.fusedrnn.examples.training.TrainingOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Memorizes the first primes. */
@Command(
        name = "primes",
        description = {
            "Train an LSTM without an output layer to memorize the first primes, divided by 100: "
                    + "100 cells, random inputs of width 50, h = o c, squared error of the first unit, "
                    + "plain gradient descent.",
            "An epoch is one iteration. Default: 10,000 at rate 0.01, as published; "
                    + "then the exit code is 1 if the loss is above the published 1.05e-6."
        },
        mixinStandardHelpOptions = true)
public final class PrimesCommand extends FirstUnitCommand {
    private static final int PUBLISHED_COUNT = 10;
    private static final double PUBLISHED_LOSS = 1.05e-6;
    /** Primes up to here are below 1 when they are divided by 100. */
    private static final int MOST = 25;

    @Option(
            names = "--count",
            paramLabel = "N",
            defaultValue = "" + PUBLISHED_COUNT,
            description = "Number of primes, at most 25. Default: ${DEFAULT-VALUE}.")
    private int count;

    @Override
    Task task(TrainingOptions checks) {
        checks.require(count >= 1 && count <= MOST, "--count", count, "1 to " + MOST);
        float[] primes = new float[count];
        int found = 0;
        for (int n = 2; found < count; n++) {
            if (isPrime(n)) {
                primes[found++] = n / 100f;
            }
        }
        return new Task(primes, 10_000, 0.01f, count == PUBLISHED_COUNT ? PUBLISHED_LOSS : Double.NaN);
    }

    private static boolean isPrime(int n) {
        for (int d = 2; d * d <= n; d++) {
            if (n % d == 0) {
                return false;
            }
        }
        return true;
    }
}
