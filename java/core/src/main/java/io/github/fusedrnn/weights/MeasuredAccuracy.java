package io.github.fusedrnn.weights;

import io.github.fusedrnn.config.Precision;
import java.util.Locale;

/**
 * How far a layer's inference was from the reference in float64, with the same weights and input, as {@link
 * io.github.fusedrnn.check.PrecisionCheck} measured it; absolute errors over outputs and final states.
 *
 * @param precision of the layer
 * @param weightsVersion version of the weights measured
 * @param steps T of the call
 * @param rows N of the call
 * @param largestError largest absolute error of any element
 * @param meanError mean absolute error of all elements
 */
public record MeasuredAccuracy(
        Precision precision, long weightsVersion, int steps, int rows, double largestError, double meanError) {
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s: largest error %.1e, mean %.1e against float64 (T = %d, N = %d, weights version %d)",
                precision,
                largestError,
                meanError,
                steps,
                rows,
                weightsVersion);
    }
}
