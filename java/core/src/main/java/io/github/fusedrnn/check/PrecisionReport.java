package io.github.fusedrnn.check;

import io.github.fusedrnn.config.Precision;
import java.util.List;
import java.util.Locale;

/**
 * What {@link PrecisionCheck} found.
 *
 * @param precision of the layer
 * @param weightsVersion version of the weights measured
 * @param steps T of the call
 * @param rows N of the call
 * @param outputs y, hn and, for an LSTM, cn
 */
public record PrecisionReport(Precision precision, long weightsVersion, int steps, int rows, List<Output> outputs) {
    /** Copies the list. */
    public PrecisionReport {
        outputs = List.copyOf(outputs);
    }

    /**
     * Errors of one output.
     *
     * @param tensor its name
     * @param elements how many it has
     * @param largestError largest absolute error; NaN if one is NaN
     * @param meanError mean absolute error
     * @param largestValue largest absolute expected value, to hold the errors against
     */
    public record Output(String tensor, long elements, double largestError, double meanError, double largestValue) {
        static Output of(String tensor, double[] actual, double[] expected) {
            double largest = 0;
            double sum = 0;
            double value = 0;
            for (int i = 0; i < expected.length; i++) {
                double error = Math.abs(actual[i] - expected[i]);
                largest = Math.max(largest, error); // NaN stays
                sum += error;
                value = Math.max(value, Math.abs(expected[i]));
            }
            return new Output(tensor, expected.length, largest, sum / expected.length, value);
        }
    }

    /** The largest absolute error of any output; NaN if one is NaN. */
    public double largestError() {
        return outputs.stream().mapToDouble(Output::largestError).reduce(0, Math::max);
    }

    /** The mean absolute error of all elements. */
    public double meanError() {
        double sum = 0;
        long elements = 0;
        for (Output output : outputs) {
            sum += output.meanError() * output.elements();
            elements += output.elements();
        }
        return sum / elements;
    }

    /** A table. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%s against the reference in float64, T = %d, N = %d, weights version %d%n%-6s %10s %14s %12s %14s%n",
                precision,
                steps,
                rows,
                weightsVersion,
                "output",
                "elements",
                "largest error",
                "mean error",
                "largest value"));
        for (Output output : outputs) {
            text.append(String.format(
                    Locale.ROOT,
                    "%-6s %10d %14.1e %12.1e %14.2e%n",
                    output.tensor(),
                    output.elements(),
                    output.largestError(),
                    output.meanError(),
                    output.largestValue()));
        }
        return text.toString().stripTrailing();
    }
}
